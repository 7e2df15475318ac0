import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createCounters,
  openReplicaApp,
  portOf,
  portsOf,
  type ReplicaApp,
  read,
  write,
} from './harness/replica-app.ts';
import type { PostgresNode } from './harness/servers/postgres-node.ts';
import { type ReplicatedPostgres, startReplicatedPostgres } from './harness/servers/replicas.ts';
import { until } from './harness/until.ts';

let postgres: ReplicatedPostgres;
const opened: ReplicaApp[] = [];

beforeAll(async () => {
  postgres = await startReplicatedPostgres();
  await postgres.createDatabase('app');
  await createCounters(open());
});

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

afterAll(() => postgres.dispose());

function open(options: { maxLagMs?: number; replicas?: readonly PostgresNode[]; database?: string } = {}) {
  const { replicas = postgres.replicas, ...more } = options;
  const app = openReplicaApp({
    primaryUrl: postgres.primary.url,
    replicaUrls: replicas.map(({ url }) => url),
    ...more,
  });
  opened.push(app);
  return app;
}

const servedBy = (app: ReplicaApp, node: PostgresNode) =>
  until(async () => (await read(app, 1)).port === portOf(node));

describe('reading', () => {
  test('rotates over the replicas', async () => {
    const app = open();
    for (const replica of postgres.replicas) await servedBy(app, replica);
    const ports = await portsOf(app, 20);
    for (const replica of postgres.replicas) {
      expect(ports.filter((port) => port === portOf(replica))).toHaveLength(10);
    }
  });

  test.each([
    { pairs: 10_000, setting: 'on' },
    { pairs: 1_000, setting: 'off' },
  ])(
    'never shows less than what this process has written, with a replica that stands still and synchronous_commit $setting',
    async ({ pairs, setting }) => {
      const [still, moving] = postgres.replicas;
      await postgres.primary.query(`ALTER DATABASE app SET synchronous_commit = ${setting}`);
      const app = open();
      await servedBy(app, still);
      await still.pauseReplay();
      const stale: unknown[] = [];
      const served = new Map<unknown, number>();
      let value = 0;
      const readBack = async (lane: number, written: number) => {
        const answer = await read(app, lane);
        if (answer.value !== written) stale.push(answer);
        served.set(answer.port, (served.get(answer.port) ?? 0) + 1);
      };
      const writeAndRead = async (lane: number) => {
        let written = 0;
        while (value < pairs) {
          value += 1;
          written = value;
          await write(app, lane, written);
          await readBack(lane, written);
        }
        return { lane, written };
      };
      try {
        const lanes = await Promise.all(Array.from({ length: 20 }, (_, lane) => writeAndRead(lane)));
        // On a busy machine the moving one can lack the newest write for as long as there are more of them.
        await until(async () => {
          for (const { lane, written } of lanes) await readBack(lane, written);
          return served.has(portOf(moving));
        });
      } finally {
        await still.resumeReplay();
        await postgres.primary.query('ALTER DATABASE app RESET synchronous_commit');
      }
      expect(stale).toEqual([]);
      expect(served.get(portOf(still))).toBeUndefined();
      // It comes back by itself.
      await servedBy(app, still);
    },
    120_000,
  );

  test('honours a position that another process has reached', async () => {
    const [writer, reader] = [open(), open()];
    const readAgain = async (value: number) => {
      const { kind, database } = await reader.app.reader(await writer.app.committed());
      const rows = await database.query({ text: 'SELECT value FROM counter WHERE id = 100', values: [] });
      expect(rows).toEqual([[value]]);
      return kind;
    };
    for (let value = 0; value < 200; value += 1) {
      await write(writer, 100, value);
      await readAgain(value);
    }
    // While values are written, the replicas can be behind every one of them.
    await until(async () => (await readAgain(199)) === 'replica');
  });

  test('leaves a replica out that is too far behind, and takes it back', async () => {
    const [still] = postgres.replicas;
    const app = open({ maxLagMs: 300 });
    await servedBy(app, still);
    await still.pauseReplay();
    try {
      await until(async () => {
        await write(app, 1, 1);
        await read(app, 1);
        return app.statuses.get(still.name)?.problem === 'is too far behind';
      });
      expect(app.statuses.get(still.name)).toMatchObject({ up: true, used: false });
      expect(await portsOf(app, 20)).not.toContain(portOf(still));
    } finally {
      await still.resumeReplay();
    }
    await servedBy(app, still);
    await until(() => app.statuses.get(still.name)?.lagBytes === 0);
  });

  test('fails no read when a replica dies under load, and uses it again', async () => {
    const [victim] = postgres.replicas;
    const app = open();
    await servedBy(app, victim);
    let running = true;
    let answers = 0;
    const reading = async () => {
      while (running) {
        await read(app, 1);
        answers += 1;
      }
    };
    const load = Promise.all(Array.from({ length: 10 }, reading));
    const more = async () => {
      const before = answers;
      await Promise.race([load, until(() => answers > before + 500)]);
    };
    await more();
    await victim.kill();
    await until(() => app.statuses.get(victim.name)?.up === false);
    await more();
    running = false;
    await expect(load).resolves.toHaveLength(10);
    await victim.start();
    await servedBy(app, victim);
  });

  test('asks the primary for what a replica does not have yet', async () => {
    const [still] = postgres.replicas;
    const { app } = open({ replicas: [still], database: 'later' });
    let reader = await app.reader(null);
    await until(async () => {
      reader = await app.reader(null);
      return reader.kind === 'replica';
    });
    await still.pauseReplay();
    try {
      await postgres.primary.query('CREATE DATABASE later');
      expect(await reader.database.query({ text: 'SELECT 1', values: [] })).toEqual([[1]]);
    } finally {
      await still.resumeReplay();
    }
  });

  test('watches nothing where there is no replica', async () => {
    const app = open({ replicas: [] });
    expect(await read(app, 1)).toMatchObject({ kind: 'primary', port: portOf(postgres.primary) });
    // The server can take a moment to end the sessions of what the tests before have closed.
    await until(async () => {
      const [count] = await postgres.primary.query(
        "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'rocket-monitor'",
      );
      return count?.[0] === 0;
    });
  });

  test('follows a list of replicas that changes', async () => {
    const [first, second] = postgres.replicas;
    const app = open({ replicas: [first] });
    await servedBy(app, first);
    app.replication.update({ primaryUrl: postgres.primary.url, replicaUrls: [second.url], cluster: null });
    await servedBy(app, second);
    expect(new Set(await portsOf(app, 10))).toEqual(new Set([portOf(second)]));
  });
});
