/** Has the app moved as its admins do, and looks at what moves leave. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MoveRecord, PooledDatabase } from '@rocket/platform';
import { isMoveOver } from '@rocket/schema';
import type { MoveInstallation, ShardKey } from './move-installation.ts';
import { baseOf, databasesOf } from './write-probe.ts';

const ENDS_MS = 90_000;
const POLL_MS = 50;
const KEYS: readonly ShardKey[] = ['s1', 's2'];
const MOVE =
  'mutation ($name: ID!, $to: ID, $back: Boolean! = false) { it: moveApp(name: $name, to: $to, back: $back) { id } }';

export class MoveDriver {
  readonly #installation: MoveInstallation;

  constructor(installation: MoveInstallation) {
    this.#installation = installation;
  }

  /** The shard that the app is not on. */
  async other(): Promise<ShardKey> {
    return (await this.#installation.place()).shard === 's1' ? 's2' : 's1';
  }

  /** @param where a shard, or back. @returns the id of the move */
  async request(where: ShardKey | 'back'): Promise<string> {
    const { ask, app } = this.#installation;
    const variables = where === 'back' ? { name: app, back: true } : { name: app, to: where };
    const { data, errors } = await ask('/admin/graphql', MOVE, { variables });
    const it = data?.['it'] as { id: string } | null | undefined;
    if (it == null) throw new Error(JSON.stringify(errors));
    return it.id;
  }

  /** Null while the catalog does not answer. */
  async record(id: string): Promise<MoveRecord | null> {
    return await this.#installation.catalog.moves.get(id).catch(() => null);
  }

  /** Resolves when the move is in a phase that is wanted. @throws when that takes too long, with what it has done */
  async until(id: string, isWanted: (move: MoveRecord) => boolean): Promise<MoveRecord> {
    const untilMs = performance.now() + ENDS_MS;
    for (;;) {
      const move = await this.record(id);
      if (move !== null && isWanted(move)) return move;
      if (performance.now() > untilMs) throw new Error(`A move got no further:\n${await this.story(id)}`);
      await sleep(POLL_MS);
    }
  }

  ended(id: string): Promise<MoveRecord> {
    return this.until(id, ({ phase }) => isMoveOver(phase));
  }

  async moved(where: ShardKey | 'back'): Promise<MoveRecord> {
    const move = await this.ended(await this.request(where));
    if (move.phase !== 'kept') throw new Error(`A move failed:\n${await this.story(move.id)}`);
    // How long writes have waited is told a little later.
    return await this.until(move.id, ({ progress }) => typeof progress.pauseMs === 'number');
  }

  /** Its former database is due to be dropped. */
  async expire(id: string): Promise<void> {
    const text = 'UPDATE app_move SET kept_until = clock_timestamp() WHERE id = $1::uuid';
    await this.#installation.catalogDatabase.query({ text, values: [id] });
  }

  /** What a move has done, and what processes have complained about. */
  async story(id: string): Promise<string> {
    const steps = await this.#installation.catalog.moves.steps(id);
    const lines = steps.map(({ at, phase, mover, note }) => `${at.toISOString()} ${phase} ${mover} ${note}`);
    return [...lines, ...this.#installation.logged().slice(-30).map(brief)].join('\n');
  }

  /** What is of moves on both servers, and databases of the app that it is not in. */
  async left(): Promise<readonly string[]> {
    const { database: placed, shard: on } = await this.#installation.place();
    const all = await Promise.all(KEYS.map((shard) => this.#leftOn(shard, baseOf(placed))));
    return all.flat().filter((what) => what !== `database ${placed} of ${on}`);
  }

  async #leftOn(shard: ShardKey, base: string): Promise<readonly string[]> {
    const node = this.#installation.postgres[shard];
    const slots = await node.query(
      "SELECT 'slot ' || slot_name FROM pg_replication_slots UNION ALL SELECT 'subscription ' || subname FROM pg_subscription",
    );
    const databases = await databasesOf(this.#installation, shard, base);
    const publications = await Promise.all(
      databases.map((name) =>
        this.reading(shard, name, (database) =>
          database.query({ text: "SELECT 'publication ' || pubname FROM pg_publication", values: [] }),
        ),
      ),
    );
    return [
      ...databases.map((name) => `database ${name} of ${shard}`),
      ...[...slots, ...publications.flat()].map(([what]) => `${what} of ${shard}`),
    ];
  }

  /** Counters of the labels that are stored where the app is. */
  async stored(): Promise<ReadonlyMap<string, number>> {
    const { shard, database } = await this.#installation.place();
    const rows = await this.reading(shard, database, (outside) =>
      outside.query({ text: 'SELECT id::text, counter FROM labels', values: [] }),
    );
    return new Map(rows.map(([id, counter]) => [String(id), Number(counter)]));
  }

  async reading<T>(shard: string, name: string, read: (database: PooledDatabase) => Promise<T>): Promise<T> {
    const database = this.#installation.open(shard, name);
    try {
      return await read(database);
    } finally {
      await database.close();
    }
  }
}

/** Without its stack. */
function brief(line: string): string {
  const { time, name, app, phase, msg, err } = JSON.parse(line) as Record<string, unknown>;
  const { message, cause } = (err ?? {}) as { message?: string; cause?: { message?: string } };
  return [time, name, app, phase, msg, message, cause?.message]
    .filter((part) => part !== undefined)
    .join(' | ');
}
