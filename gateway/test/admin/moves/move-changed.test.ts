/** The subscription to moves, as a stream of server-sent events of the admin API. */
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import { documentOf } from '../../support/world.ts';
import { MovingWorld, NOBODY } from './moving-world.ts';

let world: MovingWorld;
let app: string;
beforeAll(async () => {
  world = await MovingWorld.create();
});
beforeEach(async () => {
  app = await world.app();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

const ONE = 'subscription ($id: ID) { moveChanged(id: $id) { app phase isOver steps { phase } } }';
const ALL = 'subscription { moveChanged { app phase } }';

interface Changed {
  readonly app: string;
  readonly phase: string;
  readonly steps?: readonly unknown[];
}

/** Asks as a stream of events. */
async function post(query: string, variables: object = {}, more: { url?: string; token?: string } = {}) {
  const { url = world.world.url, token = world.token } = more;
  return await fetch(`${url}/admin/graphql`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
}

/** Fills the list while it lasts, and resolves at the end. */
async function collect(response: Response, into: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    into.push(...blocks.filter((block) => block.includes('event: ')));
  }
}

const dataOf = (event: string | undefined) =>
  JSON.parse(
    event
      ?.split('\n')
      .find((line) => line.startsWith('data: '))
      ?.slice('data: '.length) ?? 'null',
  );
const movesIn = (events: readonly string[]): Changed[] =>
  events.filter((event) => event.includes('event: next')).map((event) => dataOf(event).data?.moveChanged);

describe('one move', () => {
  it('is told at once and with each change, until it is over', async () => {
    const { id } = await world.move(app, 's2');
    const client = createClient({
      url: `${world.world.url}/admin/graphql`,
      headers: { authorization: `Bearer ${world.token}` },
      retryAttempts: 0,
    });
    const seen: Changed[] = [];
    const done = (async () => {
      for await (const { data } of client.iterate<{ moveChanged: Changed }>({
        query: ONE,
        variables: { id },
      })) {
        if (data != null) seen.push(data.moveChanged);
      }
    })();
    await until(() => seen.length === 1);
    await world.work(app, 'copying');
    await until(() => seen.at(-1)?.phase === 'copying');
    await world.work(app, 'kept');
    await done;
    client.dispose();
    expect(seen[0]).toEqual({ app, phase: 'waiting', isOver: false, steps: [{ phase: 'waiting' }] });
    expect(seen.at(-1)).toMatchObject({ app, phase: 'kept', isOver: true });
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBeGreaterThanOrEqual(3);
  });

  it('that is over is told once, and one that there is not is refused', async () => {
    const { id } = await world.move(app, 's2');
    await world.work(app, 'aborted');
    const events: string[] = [];
    await collect(await post(ONE, { id }), events);
    expect(movesIn(events)).toEqual([expect.objectContaining({ app, phase: 'aborted' })]);
    expect(events.at(-1)).toContain('event: complete');
    for (const unknown of [NOBODY, 'one']) {
      const refused = await post(ONE, { id: unknown });
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    }
  });
});

describe('all moves', () => {
  it('are told that are in progress, or begin or end meanwhile, to each subscriber', async () => {
    const other = await world.app();
    await world.move(app, 's2');
    await world.work(app, 'aborted');
    await world.move(app, 's3');
    const lists: string[][] = [[], []];
    const streams = await Promise.all(
      lists.map(async (events) => {
        const response = await post(ALL);
        return { ended: collect(response, events).catch(() => undefined), response };
      }),
    );
    const told = (...expected: readonly (readonly [string, string])[]) =>
      until(() =>
        lists.every((events) => {
          const list = movesIn(events).map(({ app, phase }) => `${app} ${phase}`);
          return expected.every(([of, phase]) => list.includes(`${of} ${phase}`));
        }),
      );
    await told([app, 'waiting']);
    await world.work(app, 'kept');
    await world.move(other, 's2');
    await world.work(other, 'aborted');
    await told([other, 'aborted'], [app, 'kept']);
    for (const events of lists) {
      expect(movesIn(events).filter((move) => move.app === app && move.phase === 'aborted')).toEqual([]);
    }
    await Promise.all(streams.map(({ response }) => response.body?.cancel().catch(() => undefined)));
  });

  it('are for platform users', async () => {
    expect((await post(ALL, {}, { token: '' })).status).toBe(401);
    expect((await post(ALL, {}, { token: 'none' })).status).toBe(401);
  });

  it('are not told any more once the token was revoked', async () => {
    const user = { email: 'other@localhost', password: 'another long password' };
    await world.ask(
      'mutation ($email: String!, $password: String!) { addUser(email: $email, password: $password) { id } }',
      user,
    );
    const login = await fetch(`${world.world.url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(user),
    });
    const { accessToken } = (await login.json()) as { accessToken: string };
    const events: string[] = [];
    const ended = collect(await post(ALL, {}, { token: accessToken }), events);
    await world.ask('mutation ($email: String!) { removeUser(email: $email) }', { email: user.email });
    await ended;
    expect(dataOf(events.at(-2))).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(events.at(-1)).toContain('event: complete');
  });

  it('end when the gateway closes', async () => {
    const another = await world.world.another();
    const events: string[] = [];
    const ended = collect(await post(ALL, {}, { url: another.url }), events);
    await another.close();
    await ended;
    expect(dataOf(events.at(-2))).toMatchObject({ errors: [{ extensions: { code: 'NOT_READY' } }] });
  });
});

describe('other operations as a stream of events', () => {
  it('are answered once; what does not fit is refused', async () => {
    const events: string[] = [];
    await collect(await post('{ shards { name } }'), events);
    expect(dataOf(events[0])).toEqual({ data: { shards: [{ name: 's1' }, { name: 's2' }, { name: 's3' }] } });
    expect(events.slice(1)).toEqual([expect.stringContaining('event: complete')]);
    const created: string[] = [];
    await collect(
      await post(
        'mutation ($document: JSON!) { importApp(name: "streamed", document: $document) { outcome } }',
        { document: documentOf('customer') },
      ),
      created,
    );
    expect(dataOf(created[0])).toEqual({ data: { importApp: { outcome: 'created' } } });
    for (const query of [
      'subscription { moveChanged { nothing } }',
      'subscription { nothing }',
      '{ nothing }',
    ]) {
      const refused = await post(query);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({
        errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
    }
  });

  it('goes by GET too, but changes nothing then', async () => {
    const get = (query: string) =>
      fetch(`${world.world.url}/admin/graphql?${new URLSearchParams({ query })}`, {
        headers: { accept: 'text/event-stream', authorization: `Bearer ${world.token}` },
      });
    expect(await (await get('{ __typename }')).text()).toContain('{"data":{"__typename":"Query"}}');
    expect((await get('mutation { removeGraph(name: "none") }')).status).toBe(405);
  });

  it('keeps a subscription out of ordinary answers', async () => {
    const { errors } = await world.send(ALL);
    expect(errors?.[0]?.message).toBe('Subscriptions go over WebSocket or text/event-stream');
  });
});
