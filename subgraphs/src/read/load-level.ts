/** Loads level plans from their roots: one statement for a level, then the levels below. */
import type { Database } from '@rocket/platform';
import type { FieldModel } from '@rocket/schema';
import type { ConnectionPlan, LevelPlan, PagePlan } from './level-plan.ts';
import { loadLinks, loadViewLinks } from './load-links.ts';
import { type LoadedConnection, loadedConnections } from './loaded-connection.ts';
import { connectionProjection, levelProjection } from './projection.ts';
import { queryConnection } from './query-connection.ts';
import { type LoadedRecord, toRecord } from './record.ts';
import { countPage, selectByKeys, selectPage } from './statements.ts';

/** A list at the root. */
export async function loadPage(
  database: Database,
  level: LevelPlan,
  page: PagePlan,
): Promise<LoadedRecord[]> {
  const rows = await database.query(selectPage(levelProjection(level), page));
  const records = rows.map((row) => toRecord(level, row, 0));
  await loadLinks(database, level.links, records);
  return records;
}

/** Records by the values of one unique field; the map goes by the value's text. */
export async function loadByKeys(
  database: Database,
  level: LevelPlan,
  by: { field: FieldModel; keys: readonly unknown[] },
): Promise<Map<string, LoadedRecord>> {
  const rows = await database.query(selectByKeys(levelProjection(level), by.field, by.keys));
  const found = new Map(rows.map((row) => [String(row[0]), toRecord(level, row, 1)]));
  await loadLinks(database, level.links, [...found.values()]);
  return found;
}

/** A connection at the root. */
export async function loadConnection(database: Database, plan: ConnectionPlan): Promise<LoadedConnection> {
  const projection = connectionProjection(plan);
  const [rows, total] = await Promise.all([
    plan.wantsRows ? queryConnection(database, selectPage(projection, plan.page), plan.page) : [],
    plan.wantsTotal ? database.query(countPage(projection, plan.page)) : [],
  ]);
  const loaded = loadedConnections(plan, projection, [
    { rows, offset: 0, total: Number(total[0]?.[0] ?? 0) },
  ]);
  const [connection] = loaded;
  if (connection === undefined) throw new TypeError('One page makes one connection');
  await loadViewLinks(database, plan, loaded);
  return connection;
}
