/** The clients that front-end teams use, as they are, set up as docs/front-end.md says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient, type Sink, type Client as WsClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql } from '../harness/graphql-client.ts';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { type HangingRelay, startHangingRelay } from '../harness/servers/hanging-relay.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const DOCUMENT = JSON.stringify({
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
});
const CHANGES = `subscription Changes($after: String) {
  noteChanged(after: $after) { operation node { id title } cursor }
}`;
const SEEN = { timeout: 15_000 };

interface Told {
  readonly noteChanged: { readonly cursor: string; readonly node: { readonly title: string } | null };
}

/** As in docs/front-end.md: what is sent when the connection is there again has the cursor of the last change. */
function resuming(client: WsClient): WsClient {
  return {
    ...client,
    subscribe(payload, sink) {
      const variables = { ...payload.variables };
      return client.subscribe<Told>(
        { ...payload, variables },
        {
          next(result) {
            variables['after'] = Object.values(result.data ?? {})[0]?.cursor ?? variables['after'];
            // The type of results is that of who subscribes, which is not known here.
            (sink as Sink<unknown>).next(result);
          },
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
        },
      );
    },
  };
}

describe('clients of subscriptions', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;
  let relay: HangingRelay;
  let token: string;
  const ends: (() => unknown)[] = [];

  const create = async (title: string): Promise<void> => {
    const mutation = `mutation { createNote(input: { title: "${title}" }) { errors { code } } }`;
    const { data, errors } = await askGraphql(`${server.url}/apps/notes/graphql`, mutation, {
      token,
      once: true,
    });
    expect({ data, errors }).toEqual({ data: { createNote: { errors: [] } }, errors: [] });
  };
  const openSubscriptions = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
    return Number(/^rocket_subscriptions (\d+)$/m.exec(metrics)?.[1]);
  };
  const wsClient = (): WsClient => {
    const client = createWsClient({
      url: new URL('/apps/notes/graphql', relay.url).href.replace('http', 'ws'),
      connectionParams: () => ({ authorization: `Bearer ${token}` }),
      // A connection that breaks is an error event, which the library takes for final.
      shouldRetry: () => true,
      retryAttempts: Number.POSITIVE_INFINITY,
    });
    ends.push(() => client.dispose());
    return client;
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' });
    await server.waitFor('/ready');
    await rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path })).succeed(
      ['app', 'import', 'notes', '-'],
      DOCUMENT,
    );
    token = JSON.parse(await readFile(join(directory.path, 'server.json'), 'utf8')).token;
    relay = await startHangingRelay(server.url);
  });

  afterAll(async () => {
    for (const end of ends) await end();
    await relay.close();
    await server.end();
    await directory.dispose();
  });

  /** Each begins a subscription, and collects titles. */
  const clients: Readonly<
    Record<string, (titles: (string | undefined)[], fail: (error: unknown) => void) => void>
  > = {
    'graphql-ws'(titles, error) {
      const client = resuming(wsClient());
      client.subscribe<Told>(
        { query: CHANGES },
        {
          next: ({ data }) => void titles.push(data?.noteChanged.node?.title),
          ...{ error, complete: () => undefined },
        },
      );
    },
    'graphql-sse'(titles, error) {
      const client = createSseClient({
        url: new URL('/apps/notes/graphql', relay.url).href,
        headers: () => ({ authorization: `Bearer ${token}` }),
        retryAttempts: Number.POSITIVE_INFINITY,
      });
      ends.push(() => client.dispose());
      const variables: Record<string, unknown> = {};
      client.subscribe<Told>(
        { query: CHANGES, variables },
        {
          next({ data }) {
            variables['after'] = data?.noteChanged.cursor;
            titles.push(data?.noteChanged.node?.title);
          },
          ...{ error, complete: () => undefined },
        },
      );
    },
    '@apollo/client'(titles, error) {
      const client = new ApolloClient({
        link: new GraphQLWsLink(resuming(wsClient())),
        cache: new InMemoryCache(),
      });
      ends.push(() => client.stop());
      client
        .subscribe<Told>({ query: gql(CHANGES) })
        .subscribe({ next: ({ data }) => void titles.push(data?.noteChanged.node?.title), error });
    },
    urql(titles, error) {
      const ws = resuming(wsClient());
      const client = new UrqlClient({
        url: new URL('/apps/notes/graphql', relay.url).href,
        preferGetMethod: false,
        exchanges: [
          subscriptionExchange({
            forwardSubscription: ({ query = '', variables }) => ({
              subscribe: (sink) => ({
                unsubscribe: ws.subscribe({ query, variables }, sink as Sink),
              }),
            }),
          }),
        ],
      });
      client.subscription<Told>(CHANGES, {}).subscribe((result) => {
        if (result.error !== undefined) error(result.error);
        titles.push(result.data?.noteChanged.node?.title);
      });
    },
  };

  test('get each change once and in order, also those that are made while the connection is cut', async () => {
    const told = Object.entries(clients).map(([name, begin]) => {
      const one = { name, titles: [] as (string | undefined)[], errors: [] as unknown[] };
      begin(one.titles, (error) => one.errors.push(error));
      return one;
    });
    const all = (...titles: readonly string[]) => told.map(({ name }) => ({ name, titles, errors: [] }));
    await expect.poll(openSubscriptions, SEEN).toBe(told.length);
    await create('one');
    await expect.poll(() => told, SEEN).toEqual(all('one'));
    relay.resume();
    await create('two');
    await expect.poll(openSubscriptions, SEEN).toBe(0);
    await create('three');
    await expect.poll(() => told, SEEN).toEqual(all('one', 'two', 'three'));
    await create('four');
    await expect.poll(() => told, SEEN).toEqual(all('one', 'two', 'three', 'four'));
  });
});
