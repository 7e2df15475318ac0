/** The lists of an operation, each with the levels down to it, so that their records can be counted. */
import { quoteIdentifier } from '@rocket/platform';
import type { LinkModel } from '@rocket/schema';
import type {
  ConnectionPlan,
  EntitiesPlan,
  PagePlan,
  ReadPlan,
  RecordPlan,
  RowSource,
} from '../read/read-plan.ts';
import { type LinkOrigin, linkSource, tableOrigin } from './link-sql.ts';
import { type Parameters, sqlType } from './parameters.ts';
import { aliasAt } from './record-row.ts';
import { conditionsSql, pageSql, tableSource } from './rows-sql.ts';

/** One level on the way down to a list: FROM item of its rows, and where links start from them. */
type Step = (at: { depth: number; origin: LinkOrigin | null; parameters: Parameters }) => {
  readonly from: string;
  readonly origin: LinkOrigin;
};

/** The levels down to a list, and the most rows that their limits let it have. */
export interface Chain {
  readonly steps: readonly Step[];
  readonly most: number;
  /** Most rows of the last level for each row above it. */
  readonly limit: number;
}

/** FROM items of all levels, each for every row of the one above it. */
export function chainSql(steps: readonly Step[], parameters: Parameters): string {
  let origin: LinkOrigin | null = null;
  const items: string[] = [];
  for (const [depth, step] of steps.entries()) {
    const level = step({ depth, origin, parameters });
    items.push(level.from);
    origin = level.origin;
  }
  return items.join(' CROSS JOIN LATERAL ');
}

const NOTHING: Chain = { steps: [], most: 1, limit: 1 };

export function rootChains(plan: ReadPlan): Chain[] {
  switch (plan.kind) {
    case 'record':
      return recordChains(plan.record, { steps: [sourceStep(plan.source, null)], most: 1, limit: 1 });
    case 'list':
      return listChains(NOTHING, { page: plan.list.page, link: null, records: [plan.list.record] });
    case 'connection':
      return connectionChains(NOTHING, plan.connection, null);
    case 'entities':
      return recordChains(plan.entities.record, {
        steps: [keysStep(plan.entities)],
        most: plan.entities.keys.length,
        limit: plan.entities.keys.length,
      });
    case 'aggregate':
    case 'groupBy':
      return [];
    default:
      return plan satisfies never;
  }
}

/** The lists below a record that is there `above.most` times. */
function recordChains(record: RecordPlan, above: Chain): Chain[] {
  return record.fields.flatMap((field) => {
    switch (field.kind) {
      case 'record':
        return recordChains(field.record, extend(above, sourceStep(field.source, field.link), 1));
      case 'reference':
        return recordChains(field.record, extend(above, referenceStep(field.link), 1));
      case 'list':
        return listChains(above, { page: field.list.page, link: field.link, records: [field.list.record] });
      case 'connection':
        return connectionChains(above, field.connection, field.link);
      default:
        return [];
    }
  });
}

function connectionChains(above: Chain, plan: ConnectionPlan, link: LinkModel | null): Chain[] {
  const records = plan.fields.flatMap((field) => {
    if (field.kind === 'nodes') return [field.record];
    if (field.kind !== 'edges') return [];
    return field.fields.flatMap((edge) => (edge.kind === 'node' ? [edge.record] : []));
  });
  // What only counts or names types reads no page.
  const readsPage = plan.fields.some(
    ({ kind }) => kind === 'nodes' || kind === 'edges' || kind === 'pageInfo',
  );
  return readsPage ? listChains(above, { page: plan.page, link, records }) : [];
}

function listChains(
  above: Chain,
  list: { page: PagePlan; link: LinkModel | null; records: readonly RecordPlan[] },
): Chain[] {
  const own = extend(above, pageStep(list.page, list.link), list.page.limit);
  return [own, ...list.records.flatMap((record) => recordChains(record, own))];
}

function extend(above: Chain, step: Step, limit: number): Chain {
  return { steps: [...above.steps, step], most: above.most * limit, limit };
}

function pageStep(page: PagePlan, link: LinkModel | null): Step {
  return ({ depth, origin, parameters }) => {
    const alias = aliasAt(depth);
    const rows = rowsOf(page.source, { alias, link, origin });
    const sql = pageSql(page, { alias, rows, parameters }, () => `${alias}.*`);
    return { from: `(${sql}) AS ${alias}`, origin: tableOrigin(page.source.entity, alias) };
  };
}

function sourceStep(source: RowSource, link: LinkModel | null): Step {
  return ({ depth, origin, parameters }) => {
    const alias = aliasAt(depth);
    const rows = rowsOf(source, { alias, link, origin });
    const where = conditionsSql(source, { alias, on: rows.on }, parameters);
    const sql = `SELECT ${alias}.* FROM ${rows.from} WHERE ${where}`;
    return { from: `(${sql}) AS ${alias}`, origin: tableOrigin(source.entity, alias) };
  };
}

function rowsOf(source: RowSource, at: { alias: string; link: LinkModel | null; origin: LinkOrigin | null }) {
  const { alias, link, origin } = at;
  if (link === null || origin === null) return tableSource(source, alias);
  return linkSource(link, { target: source.entity, alias, origin });
}

function keysStep(plan: EntitiesPlan): Step {
  const { entity, keys, source } = plan;
  return ({ depth, parameters }) => {
    const type = sqlType(entity.primaryKey);
    const alias = aliasAt(depth);
    const bound = parameters.holdList(plan, keys, type);
    if (source !== null) {
      // A key that is asked for twice is answered twice.
      const { from } = tableSource(source, alias);
      const on = `${alias}.${quoteIdentifier(entity.primaryKey.name)} = k.key`;
      const where = conditionsSql(source, { alias, on }, parameters);
      const sql = `SELECT ${alias}.* FROM unnest(${bound}) AS k(key), ${from} WHERE ${where}`;
      return { from: `(${sql}) AS ${alias}`, origin: tableOrigin(entity, alias) };
    }
    const from = `unnest(${bound}) AS ${alias}(key)`;
    return { from, origin: { key: () => ({ sql: `${alias}.key`, type }) } };
  };
}

function referenceStep(link: LinkModel): Step {
  return ({ depth, origin }) => {
    const key = origin?.key(link);
    if (key === undefined) throw new TypeError('A reference starts from a row');
    const alias = aliasAt(depth);
    return {
      from: `(SELECT ${key.sql} AS key) AS ${alias}`,
      origin: { key: () => ({ sql: `${alias}.key`, type: key.type }) },
    };
  };
}
