/** The statements of reading. Rows come back as arrays: first what the caller groups by, then the columns asked for. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { EntityModel, FieldModel, Filter, LinkModel } from '@rocket/schema';
import { filterSql } from '../sql/filter-sql.ts';
import { keysetSql, orderSql } from '../sql/order-sql.ts';
import { Parameters, sqlType } from '../sql/parameters.ts';
import type { PagePlan } from './level-plan.ts';
import { MAX_RECORDS_PER_OPERATION } from './record-budget.ts';

/** What to select of each record. */
export interface Projection {
  readonly entity: EntityModel;
  readonly columns: readonly FieldModel[];
  readonly withVersion: boolean;
  /** Fields whose values are also wanted as Postgres prints them, for cursors: no digit may get lost. */
  readonly asText: readonly FieldModel[];
  readonly access: Filter;
}

/** Links that are loaded by the keys of many parents at once. */
export type ChildLink = Exclude<LinkModel, { kind: 'to_one' }>;

/** Records of one list at the root. */
export function selectPage(projection: Projection, page: PagePlan): Statement {
  const parameters = new Parameters();
  const text = `SELECT ${columnList(projection)} ${pageBody(projection, page, { parameters, from: table(projection.entity) })}`;
  return { text, values: parameters.values };
}

export function countPage(projection: Projection, page: PagePlan): Statement {
  const parameters = new Parameters();
  const where = conditions(projection, page.where, parameters);
  return {
    text: `SELECT count(*)::integer FROM ${table(projection.entity)} WHERE ${where.join(' AND ')}`,
    values: parameters.values,
  };
}

/** Records by a unique field, in any order; the caller matches them by that field, which comes first in the row. */
export function selectByKeys(projection: Projection, key: FieldModel, keys: readonly unknown[]): Statement {
  const parameters = new Parameters();
  const own = `t.${quoteIdentifier(key.name)} = ANY (${parameters.bind(keys, `${sqlType(key)}[]`)})`;
  const where = [own, ...conditions(projection, undefined, parameters)];
  return {
    text: `SELECT t.${quoteIdentifier(key.name)}, ${columnList(projection)} FROM ${table(projection.entity)} WHERE ${where.join(' AND ')}`,
    values: parameters.values,
  };
}

/**
 * One page of children for each of many parents. The parent's ordinal comes first in the row. LATERAL stops at the
 * limit in the index `(foreign key, key)`; `row_number()` would read every child of every parent.
 */
export function selectChildren(
  projection: Projection,
  page: PagePlan,
  by: { link: ChildLink; keyType: string; parents: readonly unknown[] },
): Statement {
  const parameters = new Parameters();
  const parents = parameters.bind(by.parents, `${by.keyType}[]`);
  const from = childSource(by.link, projection.entity);
  const body = pageBody(projection, page, { parameters, from: from.tables, join: from.join });
  // One more than may be read shows that there are too many, without the rest of them.
  const most = parameters.bind(MAX_RECORDS_PER_OPERATION + 1, 'integer');
  return {
    text: `SELECT p.ordinal::integer, c.* FROM unnest(${parents}) WITH ORDINALITY AS p(key, ordinal) CROSS JOIN LATERAL (SELECT ${columnList(projection)} ${body}) AS c LIMIT ${most}`,
    values: parameters.values,
  };
}

/** Number of children of each parent that has any: `[ordinal, count]`. */
export function countChildren(
  projection: Projection,
  page: PagePlan,
  by: { link: ChildLink; keyType: string; parents: readonly unknown[] },
): Statement {
  const parameters = new Parameters();
  const parents = parameters.bind(by.parents, `${by.keyType}[]`);
  const from = childSource(by.link, projection.entity);
  const where = [from.join, ...conditions(projection, page.where, parameters)].join(' AND ');
  return {
    text: `SELECT p.ordinal::integer, count(*)::integer FROM unnest(${parents}) WITH ORDINALITY AS p(key, ordinal), ${from.tables} WHERE ${where} GROUP BY p.ordinal`,
    values: parameters.values,
  };
}

/** Tables that hold the children, and how they are joined to the parent's key `p.key`. */
function childSource(link: ChildLink, target: EntityModel): { tables: string; join: string } {
  if (link.kind !== 'many_to_many') {
    return { tables: table(target), join: `t.${quoteIdentifier(link.targetField)} = p.key` };
  }
  const join = quoteIdentifier(link.joinTable);
  return {
    tables: `${join} AS j JOIN ${table(target)} ON t.${quoteIdentifier(link.targetField)} = j.${quoteIdentifier(link.targetJoinColumn)}`,
    join: `j.${quoteIdentifier(link.localJoinColumn)} = p.key`,
  };
}

function pageBody(
  projection: Projection,
  page: PagePlan,
  source: { parameters: Parameters; from: string; join?: string },
): string {
  const { parameters } = source;
  const where = conditions(projection, page.where, parameters);
  if (source.join !== undefined) where.unshift(source.join);
  if (page.after !== null)
    where.push(keysetSql({ order: page.order, position: page.after, side: 'after' }, 't', parameters));
  if (page.before !== null) {
    where.push(keysetSql({ order: page.order, position: page.before, side: 'before' }, 't', parameters));
  }
  const limit = parameters.bind(page.limit, 'integer');
  const offset = page.offset > 0 ? ` OFFSET ${parameters.bind(page.offset, 'integer')}` : '';
  return `FROM ${source.from} WHERE ${where.join(' AND ')} ORDER BY ${orderSql(page.order, 't', page.reversed)} LIMIT ${limit}${offset}`;
}

function conditions(projection: Projection, where: Filter | undefined, parameters: Parameters): string[] {
  const parts = [filterSql(projection.access, 't', parameters)];
  if (where !== undefined) parts.push(filterSql(where, 't', parameters));
  if (projection.entity.softDelete) parts.push('t."deleted_at" IS NULL');
  return parts;
}

function columnList(projection: Projection): string {
  const columns = projection.columns.map((field) => `t.${quoteIdentifier(field.name)}`);
  if (projection.withVersion) columns.push('t."_version"');
  // Named apart from the columns, since a derived table may not have two of one name.
  const texts = projection.asText.map(
    (field, index) => `t.${quoteIdentifier(field.name)}::text AS "_text${index}"`,
  );
  return [...columns, ...texts].join(', ');
}

function table(entity: EntityModel): string {
  return `${quoteIdentifier(entity.table)} AS t`;
}
