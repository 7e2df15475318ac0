import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { Following } from '../../src/commands/moves/following.ts';
import { createMoveSource } from '../../src/commands/moves/move-source.ts';
import type { Move } from '../../src/output/moves/move-text.ts';
import { createMoveView } from '../../src/output/moves/move-views.ts';
import { runCli } from '../../src/run-cli.ts';
import { copying, failed, kept, keptLine, manualClock, moveWith } from './given-moves.ts';

interface Stream {
  /** Of the one move that is followed; null for all. */
  readonly id: string | null;
  send(move: Move): void;
  complete(): void;
  /** As when the server is killed. */
  cut(): void;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An admin API: streams wait to be taken, and operations are answered by name. */
async function startServer(answers: Record<string, (variables: Record<string, unknown>) => unknown> = {}) {
  const streams: Stream[] = [];
  let isAway = false;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { query, variables } = JSON.parse(await text(request));
    if (isAway) return void response.writeHead(503).end('away');
    if (request.headers.accept === 'text/event-stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.push({
        id: variables.id,
        send: (move) =>
          response.write(`event: next\ndata: ${JSON.stringify({ data: { moveChanged: move } })}\n\n`),
        complete: () => response.end('event: complete\ndata:\n\n'),
        cut: () => response.destroy(),
      });
      return;
    }
    const name = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
    const data = answers[name]?.(variables);
    const result = data === undefined ? { errors: [{ message: `no answer to ${name}` }] } : { data };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    environment: { ROCKET_URL: `http://127.0.0.1:${address.port}`, ROCKET_TOKEN: 'token' },
    stream: (at: number) =>
      expect
        .poll(() => streams[at], { timeout: 10_000 })
        .toBeDefined()
        .then(() => at),
    at: (index: number): Stream => {
      const stream = streams[index];
      if (stream === undefined) throw new Error(`There is no stream ${index}`);
      return stream;
    },
    setAway: (away: boolean) => {
      isAway = away;
    },
  };
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** Follows moves as programs see it. */
function follow(server: Pick<Server, 'environment'>, moves: readonly Move[] = [moveWith()]) {
  const line = keptLine({ environment: server.environment });
  const clock = manualClock();
  const stopper = new AbortController();
  const several = moves.length > 1;
  const view = createMoveView(line, { json: true, several, nowMs: clock.nowMs });
  const source = createMoveSource(line);
  const ended = new Following({ moves, source, view, clock, stopping: stopper.signal }).run();
  // Tests that expect it to fail ask for it later.
  ended.catch(() => undefined);
  let events = '';
  let remarks = '';
  return {
    ...{ clock, stopper, ended },
    phases: () => {
      events += line.out();
      const each = events.split('\n').filter((event) => event !== '');
      return each.map((event) => JSON.parse(event).phase);
    },
    remarks: () => {
      remarks += line.remarks();
      return remarks;
    },
  };
}

const polled = { timeout: 10_000 };

describe('following a move', () => {
  it('goes to its end, each change once', async () => {
    const server = await startServer();
    const { ended, phases } = follow(server);
    await server.stream(0);
    const stream = server.at(0);
    expect(stream.id).toBe('m1');
    for (const move of [moveWith(), copying, copying, kept]) stream.send(move);
    expect(await ended).toEqual([kept]);
    expect(phases()).toEqual(['waiting', 'copying', 'kept']);
  });

  it('connects again when the connection is lost', async () => {
    const server = await startServer();
    const { clock, ended, phases, remarks } = follow(server);
    await server.stream(0);
    server.at(0).send(copying);
    await expect.poll(phases, polled).toEqual(['waiting', 'copying']);
    server.at(0).cut();
    await expect.poll(remarks, polled).toMatch(/connection.*asked again until it answers/);
    await clock.pass(500);
    await server.stream(1);
    server.at(1).send(failed);
    expect(await ended).toEqual([failed]);
    expect(remarks()).toMatch(/The server answers again\.\n$/);
  });

  it('gives up when the server stays away', async () => {
    const server = await startServer();
    const { clock, ended, remarks } = follow(server);
    await server.stream(0);
    server.setAway(true);
    server.at(0).cut();
    await expect.poll(remarks, polled).toContain('asked again');
    await clock.pass(60_000);
    await expect(ended).rejects.toThrow(/No server has answered for 60 s: The server answered 503/);
  });

  it('fails at once where no waiting helps', async () => {
    const server = await startServer();
    const { ended } = follow(server);
    await server.stream(0);
    server.at(0).send({ ...copying, rowsDone: undefined } as unknown as Move);
    await expect(ended).rejects.toThrow(/rowsDone/);
  });

  it('says once that no worker takes it', async () => {
    const server = await startServer();
    const { clock, ended, remarks } = follow(server);
    await server.stream(0);
    for (let second = 0; second < 11; second++) await clock.pass(1_000);
    await expect.poll(remarks, polled).toMatch(/^No worker takes it: .*worker` must run/);
    for (let second = 0; second < 20; second++) await clock.pass(1_000);
    server.at(0).send(kept);
    await ended;
    expect(remarks().match(/No worker/g)).toHaveLength(1);
  });

  it('ends when it is stopped', async () => {
    const server = await startServer();
    const { ended, stopper } = follow(server);
    await server.stream(0);
    stopper.abort();
    await expect(ended).rejects.toThrow();
  });
});

describe('following several moves', () => {
  const other = moveWith({ id: 'm2', app: 'shop' });
  const otherKept = { ...kept, id: 'm2', app: 'shop' };

  it('hears of all by one stream, and asks for those whose end it does not tell', async () => {
    const server = await startServer({
      ListMoves: () => ({ moves: [] }),
      FindMove: ({ id }) => ({ move: id === 'm2' ? otherKept : null }),
    });
    const { ended } = follow(server, [moveWith(), other]);
    await server.stream(0);
    expect(server.at(0).id).toBeNull();
    for (const move of [moveWith({ id: 'm3' }), kept]) server.at(0).send(move);
    server.at(0).complete();
    expect(await ended).toEqual([kept, otherKept]);
  });

  it('counts one that is not known any more as failed', async () => {
    const server = await startServer({ ListMoves: () => ({ moves: [] }), FindMove: () => ({ move: null }) });
    const { ended } = follow(server);
    await server.stream(0);
    server.at(0).complete();
    expect(await ended).toMatchObject([{ phase: 'failed', problem: expect.stringContaining('not known') }]);
  });
});

describe('commands that move apps', () => {
  const run = async (server: Server, argv: string[]) => {
    const line = keptLine({ environment: server.environment, argv });
    const code = runCli(line);
    return { line, code };
  };

  it('end with what came of the move', async () => {
    const server = await startServer({ MoveApp: () => ({ moveApp: moveWith() }) });
    for (const [at, end] of [kept, failed].entries()) {
      const { code, line } = await run(server, ['app', 'move', 'crm', '--to', 's2', '--json']);
      await server.stream(at);
      server.at(at).send(end);
      expect(await code).toBe(at);
      expect(
        line
          .out()
          .trimEnd()
          .split('\n')
          .map((event) => JSON.parse(event)),
      ).toEqual([moveWith(), end]);
    }
  });

  it('want an abort to leave the app where it is', async () => {
    const aborted = { ...failed, phase: 'aborted' };
    const server = await startServer({ AbortMove: () => ({ abortMove: aborted }) });
    const { code, line } = await run(server, ['app', 'move', 'crm', '--abort']);
    expect(await code).toBe(0);
    expect(line.out()).toContain('crm stays on s1, the move to s2 was aborted');
  });

  it('need not wait, and want one way only', async () => {
    const server = await startServer({
      MoveApp: (given) => ({ moveApp: moveWith({ isBack: given['back'] === true }) }),
    });
    const { code, line } = await run(server, ['app', 'move', 'crm', '--back', '--no-wait', '--json']);
    expect(await code).toBe(0);
    expect(JSON.parse(line.out())).toMatchObject({ isBack: true, phase: 'waiting' });
    const wrong = await run(server, ['app', 'move', 'crm', '--back', '--to', 's2']);
    expect(await wrong.code).toBe(2);
    expect(await (await run(server, ['app', 'moves', '--steps'])).code).toBe(2);
  });

  it('drain a shard, after a question, and tell what is left', async () => {
    const refused = [{ app: 'shop', reason: 'it is moved already' }];
    const server = await startServer({
      ListPlacedApps: () => ({ shards: [{ name: 's1', apps: ['crm', 'shop'] }] }),
      DrainShard: () => ({ drainShard: { shard: { name: 's1' }, moves: [kept], refused } }),
      UndrainShard: () => ({ undrainShard: { name: 's1' } }),
    });
    const asked = await run(server, ['shard', 'drain', 's1']);
    expect(await asked.code).toBe(1);
    expect(asked.line.remarks()).toContain('its 2 apps crm, shop are moved to other shards');
    const done = await run(server, ['shard', 'drain', 's1', '--yes']);
    expect(await done.code).toBe(1);
    expect(done.line.out()).toContain('Still on s1: shop (it is moved already)');
    const cancelled = await run(server, ['shard', 'drain', 's1', '--cancel']);
    expect(await cancelled.code).toBe(0);
    expect(cancelled.line.out()).toMatch(/^s1 takes apps again\. Moves that are in progress go on/);
  });

  it('even out the shards as planned', async () => {
    const move = { app: 'crm', from: 's1', to: 's2', bytes: 1, transactionsPerSecond: 1, reason: 'big' };
    const rebalanced: unknown[] = [];
    const server = await startServer({
      PlanRebalance: () => ({ rebalancePlan: { shards: [], moves: [move] } }),
      Rebalance: ({ moves }) => {
        rebalanced.push(moves);
        return { rebalance: [kept] };
      },
    });
    const planned = await run(server, ['shard', 'rebalance']);
    expect(await planned.code).toBe(0);
    expect(planned.line.out()).toMatch(/--apply` moves them\.\n$/);
    expect(rebalanced).toEqual([]);
    expect(await (await run(server, ['shard', 'rebalance', '--apply', '--yes', '--json'])).code).toBe(0);
    expect(rebalanced).toEqual([[{ app: 'crm', to: 's2' }]]);
  });

  it('ask before an app is served from a backup, or lost', async () => {
    const app = { name: 'crm', entityCount: 2, shard: { name: 's2' } };
    const server = await startServer({
      ListApps: () => ({ apps: [app, { ...app, name: 'shop', shard: { name: 's1' } }] }),
      ListMoves: () => ({ moves: [failed, kept] }),
    });
    for (const [argv, said] of [
      [
        ['app', 'restore-to', 's1', 'crm', '--database', 'old'],
        'from the database old on the Postgres of s1',
      ],
      [['shard', 'remove', 's2', '--force'], 'Its former database is kept on s1'],
      [['shard', 'remove', 's1', '--force'], 'The former databases of crm are kept on it'],
      [['app', 'remove', 'crm', '--force'], 'all data of its 2 entities'],
    ] as const) {
      const { code, line } = await run(server, [...argv]);
      expect(await code).toBe(1);
      expect(line.remarks()).toContain(said);
    }
  });
});
