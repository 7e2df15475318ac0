/** Loads what hangs on records that are already there: one statement per link for all of them. */
import type { Database, Row } from '@rocket/platform';
import { type EntityModel, keyValue, MATCH_ALL } from '@rocket/schema';
import { sqlType } from '../sql/parameters.ts';
import type { ConnectionPlan, LevelPlan, LinkPlan, PagePlan } from './level-plan.ts';
import { type LoadedConnection, loadedConnections } from './loaded-connection.ts';
import { connectionProjection, levelProjection } from './projection.ts';
import { queryConnection } from './query-connection.ts';
import { LINKS, type LoadedRecord, toRecord } from './record.ts';
import { type ChildLink, countChildren, selectByKeys, selectChildren } from './statements.ts';

export async function loadLinks(
  database: Database,
  links: readonly LinkPlan[],
  parents: readonly LoadedRecord[],
): Promise<void> {
  if (parents.length === 0) return;
  await Promise.all(links.map((link) => loadLink(database, link, parents)));
}

/** Links of the records of connections, over all of them together. */
export async function loadViewLinks(
  database: Database,
  plan: ConnectionPlan,
  connections: readonly LoadedConnection[],
): Promise<void> {
  await Promise.all(
    plan.views.map((view) => {
      const records = connections.flatMap((connection) => connection.views.get(view.path) ?? []);
      return loadLinks(database, view.level.links, records);
    }),
  );
}

async function loadLink(database: Database, plan: LinkPlan, parents: readonly LoadedRecord[]): Promise<void> {
  const { shape, link } = plan;
  switch (shape.kind) {
    case 'failure':
      for (const parent of parents) parent[LINKS].set(plan.responseKey, shape.error);
      return;
    case 'reference':
      // The record itself carries the foreign key; the resolver makes the reference from it.
      return;
    case 'record':
      if (link.kind === 'to_one') return loadToOne(database, { plan, level: shape.level }, parents);
      if (link.kind === 'has_one') return loadHasOne(database, { plan, link, level: shape.level }, parents);
      throw new TypeError(`Relation ${link.relation} does not lead to one record`);
    case 'list':
      return loadList(database, { plan, link: childLink(plan), ...shape }, parents);
    case 'connection':
      return loadConnections(
        database,
        { plan, link: childLink(plan), connection: shape.connection },
        parents,
      );
    default:
      return shape satisfies never;
  }
}

function childLink(plan: LinkPlan): ChildLink {
  if (plan.link.kind === 'to_one') throw new TypeError(`Relation ${plan.link.relation} leads to one record`);
  return plan.link;
}

async function loadToOne(
  database: Database,
  of: { plan: LinkPlan; level: LevelPlan },
  parents: readonly LoadedRecord[],
): Promise<void> {
  const { level, plan } = of;
  const name = plan.localField.graphqlName;
  const field = level.entity.fieldByName.get(plan.link.targetField);
  if (field === undefined) throw new TypeError(`${level.entity.name} has no field ${plan.link.targetField}`);
  const keys = new Set(
    parents.map((parent) => parent[name]).filter((key) => key !== null && key !== undefined),
  );
  const rows =
    keys.size > 0 ? await database.query(selectByKeys(levelProjection(level), field, [...keys])) : [];
  const found = new Map(rows.map((row) => [String(row[0]), toRecord(level, row, 1)]));
  await loadLinks(database, level.links, [...found.values()]);
  for (const parent of parents) parent[LINKS].set(plan.responseKey, found.get(String(parent[name])) ?? null);
}

/** `one_to_one` does not enforce that there is only one child; the one with the lowest key is taken, always. */
async function loadHasOne(
  database: Database,
  of: { plan: LinkPlan; link: ChildLink; level: LevelPlan },
  parents: readonly LoadedRecord[],
): Promise<void> {
  const page: PagePlan = {
    where: MATCH_ALL,
    order: [{ field: of.level.entity.primaryKey, descending: false }],
    limit: 1,
    offset: 0,
    after: null,
    before: null,
    reversed: false,
  };
  const groups = await loadChildren(database, { ...of, page }, parents);
  for (const [index, parent] of parents.entries())
    parent[LINKS].set(of.plan.responseKey, groups[index]?.[0] ?? null);
}

async function loadList(
  database: Database,
  of: { plan: LinkPlan; link: ChildLink; level: LevelPlan; page: PagePlan },
  parents: readonly LoadedRecord[],
): Promise<void> {
  const groups = await loadChildren(database, of, parents);
  for (const [index, parent] of parents.entries())
    parent[LINKS].set(of.plan.responseKey, groups[index] ?? []);
}

/** Children of each parent, in the order of the parents. */
async function loadChildren(
  database: Database,
  of: { plan: LinkPlan; link: ChildLink; level: LevelPlan; page: PagePlan },
  parents: readonly LoadedRecord[],
): Promise<LoadedRecord[][]> {
  const statement = selectChildren(levelProjection(of.level), of.page, {
    link: of.link,
    ...parentKeys(of, parents),
  });
  const groups = groupByParent(await database.query(statement), parents.length);
  const records = groups.map((rows) => rows.map((row) => toRecord(of.level, row, 1)));
  await loadLinks(database, of.level.links, records.flat());
  return records;
}

async function loadConnections(
  database: Database,
  of: { plan: LinkPlan; link: ChildLink; connection: ConnectionPlan },
  parents: readonly LoadedRecord[],
): Promise<void> {
  const { connection } = of;
  const projection = connectionProjection(connection);
  const by = { link: of.link, ...parentKeys({ ...of, level: connection }, parents) };
  const [rows, counts] = await Promise.all([
    connection.wantsRows
      ? queryConnection(database, selectChildren(projection, connection.page, by), connection.page)
      : [],
    connection.wantsTotal ? database.query(countChildren(projection, connection.page, by)) : [],
  ]);
  const totals = new Map(counts.map((row) => [row[0], Number(row[1])]));
  const pages = groupByParent(rows, parents.length).map((group, index) => ({
    rows: group,
    offset: 1,
    total: totals.get(index + 1) ?? 0,
  }));
  const loaded = loadedConnections(connection, projection, pages);
  await loadViewLinks(database, connection, loaded);
  for (const [index, parent] of parents.entries())
    parent[LINKS].set(of.plan.responseKey, loaded[index] ?? null);
}

/** Rows by the ordinal (from 1) of their parent, in statement order. */
function groupByParent(rows: readonly Row[], parents: number): Row[][] {
  const groups: Row[][] = Array.from({ length: parents }, () => []);
  for (const row of rows) groups[Number(row[0]) - 1]?.push(row);
  return groups;
}

/**
 * In the type of the column they are compared with. Within an app that is the key's own; a foreign key to another app
 * may be of another type, since neither document can check the other. What it cannot hold matches nothing.
 */
function parentKeys(
  of: { plan: LinkPlan; link: ChildLink; level: { entity: EntityModel } },
  parents: readonly LoadedRecord[],
): { keyType: string; parents: (string | null)[] } {
  const { localField } = of.plan;
  const isJoined = of.link.kind === 'many_to_many';
  const field = (isJoined ? undefined : of.level.entity.fieldByName.get(of.link.targetField)) ?? localField;
  return {
    keyType: sqlType(field),
    parents: parents.map((parent) => keyValue(field, parent[localField.graphqlName])),
  };
}
