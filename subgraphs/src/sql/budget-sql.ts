/**
 * The most that one operation may read. Lists within lists multiply: a few hundred records at each of four levels are
 * more than any process can hold, and every one of their limits is in order. Where the limits alone keep the answer
 * small, nothing is added; where they do not, the statement first counts, and stops as soon as it knows.
 */
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
interface Chain {
  readonly steps: readonly Step[];
  readonly most: number;
  /** Most rows of the last level for each row above it. */
  readonly limit: number;
}

/** @returns a condition that is false when there is too much, null when there cannot be */
export function budgetSql(
  plans: readonly ReadPlan[],
  of: { maxRecords: number; parameters: Parameters },
): string | null {
  const long = plans.flatMap(rootChains).filter((chain) => chain.most > of.maxRecords);
  if (long.length === 0) return null;
  return long.map((chain) => chainBudgetSql(chain, of)).join(' AND ');
}

/**
 * Counting the last level costs nearly as much as reading it. Most of the time counting its parents tells enough: even if
 * each had as many as its limit allows, there would not be too many.
 */
function chainBudgetSql(
  { steps, limit }: Chain,
  { maxRecords, parameters }: { maxRecords: number; parameters: Parameters },
): string {
  const count = (of: readonly Step[]) =>
    // One more than there may be shows that there are too many, without the rest of them.
    `(SELECT count(*) FROM (SELECT 1 FROM ${chainSql(of, parameters)} LIMIT ${maxRecords + 1}) AS c)`;
  const all = `${count(steps)} <= ${maxRecords}`;
  const parents = steps.slice(0, -1);
  if (parents.length === 0) return all;
  return `CASE WHEN ${count(parents)} * ${limit} <= ${maxRecords} THEN TRUE ELSE ${all} END`;
}

function chainSql(steps: readonly Step[], parameters: Parameters): string {
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

function rootChains(plan: ReadPlan): Chain[] {
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
  return listChains(above, { page: plan.page, link, records });
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

function keysStep({ entity, keys, source }: EntitiesPlan): Step {
  return ({ depth, parameters }) => {
    const type = sqlType(entity.primaryKey);
    if (source !== null) {
      const where = {
        kind: 'in',
        field: entity.primaryKey,
        values: keys.filter((key) => key !== null),
        negated: false,
      } as const;
      return sourceStep({ ...source, where }, null)({ depth, origin: null, parameters });
    }
    const alias = aliasAt(depth);
    const from = `unnest(${parameters.bind(keys, `${type}[]`)}) AS ${alias}(key)`;
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
