/** What the clients of docs/partners.md do when a subscription ends, by its code. */
import { join } from 'node:path';
import { type ErrorCode, RocketError } from '@rocket/schema';
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { PartnerClient } from '../../../tests/harness/partner-client.ts';
import { temporaryDirectory } from '../../../tests/harness/servers/rocket-process.ts';
import { until } from '../../../tests/harness/until.ts';
import type { Channel } from '../support/memory-subscriptions.ts';
import { SIGNED_IN, type StreamServer, startStreamServer } from '../support/stream-server.ts';

const PROGRAMS = ['follow.ts', 'follow.sh'] as const;
const OLD = '00000000-0000-4000-8000-00000000000a';
const NEW = '00000000-0000-4000-8000-00000000000b';
const RETRYABLE = { code: 'SHARD_UNAVAILABLE', retryable: true };
/** The password has what JSON escapes. */
const PASSWORD = 'a "long" \\ password';

interface Following {
  readonly client: PartnerClient;
  readonly server: StreamServer;
  /** The subscription that the client has begun as its n-th, from 0. */
  begun(number: number): Promise<Channel>;
}

async function following(
  program: (typeof PROGRAMS)[number],
  work: (parts: Following) => Promise<void>,
): Promise<void> {
  const server = await startStreamServer();
  const directory = await temporaryDirectory();
  server.sessions.add(SIGNED_IN.accessToken, 'partner');
  const environment = { ROCKET_URL: `http://127.0.0.1:${server.port}`, ROCKET_PASSWORD: PASSWORD };
  const client = new PartnerClient({ program, environment, file: join(directory.path, 'copy') });
  const { channels } = server.engine;
  const begun = async (number: number): Promise<Channel> => {
    await until(() => channels.length > number);
    const channel = channels[number];
    if (channel === undefined) throw new Error('There is no such subscription');
    return channel;
  };
  client.start();
  try {
    await work({ client, server, begun });
  } finally {
    await client.kill9();
    await server.close();
    await directory.dispose();
  }
}

function added(id: string, name: string) {
  const cursor = `cursor-of-${name}`;
  const node = { name, email: null, status: 'ACTIVE' };
  // In the order in which each client selects them.
  const ofScript = { data: { change: { operation: 'ADDED', id, node } } };
  const ofNode = { data: { change: { operation: 'ADDED', id, cursor, node } } };
  return { cursor, node, result: { 'follow.sh': ofScript, 'follow.ts': ofNode } };
}

/** The cursor behind which the client wants to go on. */
function cursorOf({ request: { lastEventId, parameters } }: Channel): unknown {
  return lastEventId ?? parameters.variables?.['after'] ?? null;
}

const cases = (...codes: readonly ErrorCode[]) =>
  PROGRAMS.flatMap((program) => codes.map((code) => [program, code] as const));

it.concurrent.each(
  cases('SUBSCRIBER_TOO_SLOW', 'SHARD_UNAVAILABLE', 'NOT_READY', 'UNAUTHENTICATED', 'TOO_MANY_REQUESTS'),
)('%s goes on behind its last cursor after %s', (program, code) =>
  following(program, async ({ client, begun }) => {
    const first = await begun(0);
    expect(cursorOf(first)).toBeNull();
    const { result, cursor, node } = added(OLD, 'old');
    first.push(result[program], cursor);
    first.end(new RocketError(code));
    const second = await begun(1);
    expect(cursorOf(second)).toBe(cursor);
    const newer = added(NEW, 'new');
    second.push(newer.result[program], newer.cursor);
    await until(async () => (await client.copy()).has(NEW));
    expect(Object.fromEntries(await client.copy())).toEqual({ [OLD]: node, [NEW]: newer.node });
  }),
);

it.concurrent.each(PROGRAMS)('%s does not take a change that could not be read whole', (program) =>
  following(program, async ({ client, begun }) => {
    const first = await begun(0);
    const whole = added(OLD, 'whole');
    first.push(whole.result[program], whole.cursor);
    const part = added(NEW, 'part');
    first.push(
      { errors: [new GraphQLError('', { extensions: RETRYABLE })], ...part.result[program] },
      part.cursor,
    );
    expect(cursorOf(await begun(1))).toBe(whole.cursor);
    await until(async () => (await client.copy()).size > 0);
    expect([...(await client.copy()).keys()]).toEqual([OLD]);
  }),
);

it.concurrent.each(cases('RESYNC_REQUIRED', 'BAD_CURSOR', 'FORBIDDEN'))(
  '%s begins anew after %s, and forgets what it had',
  (program, code) =>
    following(program, async ({ client, server, begun }) => {
      const first = await begun(0);
      const { result, cursor } = added(OLD, 'old');
      first.push(result[program], cursor);
      await until(async () => (await client.copy()).has(OLD));
      first.end(new RocketError(code));
      const second = await begun(1);
      expect(cursorOf(second)).toBeNull();
      await until(async () => (await client.copy()).size === 0);
      // A cursor can be of no use any more when it is given back, too.
      const newer = added(NEW, 'new');
      second.push(newer.result[program], newer.cursor);
      await until(async () => (await client.copy()).has(NEW));
      server.engine.onSubscribe = ({ lastEventId, parameters }) => {
        if ((lastEventId ?? parameters.variables?.['after'] ?? null) !== null) throw new RocketError(code);
      };
      second.end(new RocketError('NOT_READY'));
      expect(cursorOf(await begun(2))).toBeNull();
    }),
);

it.concurrent.each(cases('SCHEMA_CHANGED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'))(
  '%s ends after %s, says why, and keeps what it has',
  (program, code) =>
    following(program, async ({ client, begun }) => {
      const first = await begun(0);
      const { result, cursor, node } = added(OLD, 'old');
      first.push(result[program], cursor);
      first.end(new RocketError(code, 'What is wrong'));
      const { exitCode, stderr } = await client.ended();
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(code) });
      expect(stderr).toContain('What is wrong');
      expect(await client.saved()).toEqual(new Map([[OLD, node]]));
    }),
);

it.concurrent.each(PROGRAMS)('%s ends when it may not read at all', (program) =>
  following(program, async ({ client, begun }) => {
    (await begun(0)).end(new RocketError('FORBIDDEN'));
    expect(await client.ended()).toEqual({ exitCode: 1, stderr: expect.stringContaining('FORBIDDEN') });
  }),
);
