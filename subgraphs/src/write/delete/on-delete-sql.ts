/** Statements on the records and links that point at records to be deleted. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { EntityModel, FieldModel, Filter, ManyToManyLink } from '@rocket/schema';
import { filterSql } from '../../sql/filter-sql.ts';
import { liveSql } from '../../sql/live-sql.ts';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { columns, keyColumn, live, table, updateMarks } from '../record-sql.ts';

export interface ChildQuery {
  readonly child: EntityModel;
  /** The child's foreign key. */
  readonly foreignKey: FieldModel;
  readonly parentKeys: readonly string[];
}

/**
 * Locks the children in the order of their keys, so that two deletes of overlapping trees wait for each other and do
 * not deadlock.
 */
export function lockChildren(of: ChildQuery, limit: number): Statement {
  const parameters = new Parameters();
  const where = childrenOf(of, parameters);
  const order = `ORDER BY ${keyColumn(of.child)} LIMIT ${parameters.bind(limit, 'integer')} FOR UPDATE`;
  return {
    text: `SELECT ${keyColumn(of.child)}::text FROM ${table(of.child)} WHERE ${where}${live(of.child)} ${order}`,
    values: parameters.values,
  };
}

/** Counts live children, except those that are deleted too: all of them, and those that `readable` finds. */
export function countChildren(of: ChildQuery, without: readonly string[], readable: Filter): Statement {
  const parameters = new Parameters();
  const where = childrenOf(of, parameters);
  const others = `${keyColumn(of.child)} <> ALL (${parameters.bind(without, `${sqlType(of.child.primaryKey)}[]`)})`;
  const seen = filterSql(readable, 'child', parameters);
  return {
    text: `SELECT count(*)::integer, count(*) FILTER (WHERE ${seen})::integer
           FROM ${table(of.child)} AS child WHERE ${where}${live(of.child)} AND ${others}`,
    values: parameters.values,
  };
}

/** Locks all children whose foreign key is to be cleared, including deleted ones. */
export function lockOrphans(of: ChildQuery, without: readonly string[]): Statement {
  const parameters = new Parameters();
  const where = childrenOf(of, parameters);
  const others = `${keyColumn(of.child)} <> ALL (${parameters.bind(without, `${sqlType(of.child.primaryKey)}[]`)})`;
  return {
    text: `SELECT ${columns(of.child)} FROM ${table(of.child)} WHERE ${where} AND ${others} ORDER BY ${keyColumn(of.child)} FOR UPDATE`,
    values: parameters.values,
  };
}

/** Clears the key by an update like any other. */
export function clearForeignKey(of: Omit<ChildQuery, 'parentKeys'>, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  const set = [`${quoteIdentifier(of.foreignKey.name)} = NULL`, ...updateMarks(of.child)].join(', ');
  const where = `${keyColumn(of.child)} = ANY (${parameters.bind(keys, `${sqlType(of.child.primaryKey)}[]`)})`;
  return {
    text: `UPDATE ${table(of.child)} SET ${set} WHERE ${where} RETURNING ${columns(of.child)}`,
    values: parameters.values,
  };
}

export function deleteLinks(entity: EntityModel, link: ManyToManyLink, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  return {
    text: `DELETE FROM ${quoteIdentifier(link.joinTable)} AS link WHERE ${linksOf(entity, { link, keys }, parameters)}`,
    values: parameters.values,
  };
}

export interface LinkQuery {
  readonly link: ManyToManyLink;
  readonly keys: readonly string[];
  readonly target: EntityModel;
}

/** Counts links of records: all of them, and those to live records that `readable` finds. */
export function countLinks(entity: EntityModel, of: LinkQuery, readable: Filter): Statement {
  const { link, target } = of;
  const parameters = new Parameters();
  const where = linksOf(entity, of, parameters);
  const isTarget = `target.${quoteIdentifier(link.targetField)} = link.${quoteIdentifier(link.targetJoinColumn)}`;
  const seen = [isTarget, filterSql(readable, 'target', parameters), ...liveSql(target, 'target')];
  return {
    text: `SELECT count(*)::integer,
             count(*) FILTER (WHERE EXISTS (SELECT 1 FROM ${table(target)} AS target WHERE ${seen.join(' AND ')}))::integer
           FROM ${quoteIdentifier(link.joinTable)} AS link WHERE ${where}`,
    values: parameters.values,
  };
}

function childrenOf(of: ChildQuery, parameters: Parameters): string {
  const keys = parameters.bind(of.parentKeys, `${sqlType(of.foreignKey)}[]`);
  return `${quoteIdentifier(of.foreignKey.name)} = ANY (${keys})`;
}

function linksOf(
  entity: EntityModel,
  of: { link: ManyToManyLink; keys: readonly string[] },
  parameters: Parameters,
): string {
  const keys = parameters.bind(of.keys, `${sqlType(entity.primaryKey)}[]`);
  return `${quoteIdentifier(of.link.localJoinColumn)} = ANY (${keys})`;
}
