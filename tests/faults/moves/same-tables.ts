/** Compares what two databases have, row by row, by Postgres itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type MovePlace, type PooledDatabase, quoteIdentifier } from '@rocket/platform';
import type { MoveDriver } from './move-driver.ts';

const FOLLOWS_MS = 10_000;
const POLL_MS = 100;
const TABLES = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`;

/** Waits until the one that follows has everything. @returns what differs after a time */
export async function differingTables(
  driver: MoveDriver,
  { source, target }: { readonly source: MovePlace; readonly target: MovePlace },
): Promise<readonly string[]> {
  const untilMs = performance.now() + FOLLOWS_MS;
  for (;;) {
    const [one, other] = await Promise.all([source, target].map((place) => hashes(driver, place)));
    const names = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
    const differing = [...names].filter((name) => one?.get(name) !== other?.get(name));
    if (differing.length === 0 && names.size > 0) return [];
    if (performance.now() > untilMs)
      return differing.map((name) => `${name}: ${one?.get(name)} and ${other?.get(name)}`);
    await sleep(POLL_MS);
  }
}

/** The last word that a move has passed from one to the other: each of them has its own. */
const OF_THE_MOVE = 'move_marker';

/** By table: how many rows, and a hash of all of them. */
function hashes(driver: MoveDriver, { shard, database }: MovePlace): Promise<ReadonlyMap<string, string>> {
  return driver.reading(shard, database, async (outside) => {
    const names = (await outside.query({ text: TABLES, values: [] })).map(([name]) => String(name));
    return new Map(
      await Promise.all(names.map(async (name) => [name, await hashOf(outside, name)] as const)),
    );
  });
}

async function hashOf(outside: PooledDatabase, name: string): Promise<string> {
  const text = `SELECT count(*) || ' ' || coalesce(md5(string_agg(h, '' ORDER BY h)), '')
    FROM (SELECT md5(t::text) AS h FROM ${quoteIdentifier(name)} t ${name === '_meta' ? `WHERE key <> '${OF_THE_MOVE}'` : ''}) hashed`;
  const [row] = await outside.query({ text, values: [] });
  return String(row?.[0]);
}
