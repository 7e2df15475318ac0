/** Statements on the records and links that hang on records to be deleted. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { EntityModel, FieldModel, HasOneLink, ManyToManyLink, ToManyLink } from '@rocket/schema';
import { Parameters, sqlType } from '../sql/parameters.ts';
import { VERSION_COLUMN } from '../tables/desired-tables.ts';
import { columns, keyColumn, live, table, timeSql } from './record-sql.ts';

export interface ChildQuery {
  readonly child: EntityModel;
  /** The child's foreign key. */
  readonly foreignKey: FieldModel;
  readonly parentKeys: readonly string[];
}

/** Locked in the order of their keys, so that two deletes of overlapping trees wait for each other and do not deadlock. */
export function lockChildren(of: ChildQuery, limit: number): Statement {
  const parameters = new Parameters();
  const where = childrenOf(of, parameters);
  const order = `ORDER BY ${keyColumn(of.child)} LIMIT ${parameters.bind(limit, 'integer')} FOR UPDATE`;
  return {
    text: `SELECT ${keyColumn(of.child)}::text FROM ${table(of.child)} WHERE ${where}${live(of.child)} ${order}`,
    values: parameters.values,
  };
}

/** Live children apart from those that are deleted along. */
export function countChildren(of: ChildQuery, without: readonly string[]): Statement {
  const parameters = new Parameters();
  const where = childrenOf(of, parameters);
  const others = `${keyColumn(of.child)} <> ALL (${parameters.bind(without, `${sqlType(of.child.primaryKey)}[]`)})`;
  return {
    text: `SELECT count(*)::integer FROM ${table(of.child)} WHERE ${where}${live(of.child)} AND ${others}`,
    values: parameters.values,
  };
}

/** All children to be let go, deleted ones too. */
export function lockOrphans(of: ChildQuery, without: readonly string[]): Statement {
  const parameters = new Parameters();
  const where = childrenOf(of, parameters);
  const others = `${keyColumn(of.child)} <> ALL (${parameters.bind(without, `${sqlType(of.child.primaryKey)}[]`)})`;
  return {
    text: `SELECT ${columns(of.child)} FROM ${table(of.child)} WHERE ${where} AND ${others} ORDER BY ${keyColumn(of.child)} FOR UPDATE`,
    values: parameters.values,
  };
}

/** An update like any other: the version grows and automatic times are set. */
export function clearForeignKey(of: Omit<ChildQuery, 'parentKeys'>, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  const automatic = of.child.fields
    .filter(({ auto }) => auto === 'update')
    .map((field) => `${quoteIdentifier(field.name)} = ${timeSql(field)}`);
  const version = `${quoteIdentifier(VERSION_COLUMN)} = ${quoteIdentifier(VERSION_COLUMN)} + 1`;
  const set = [`${quoteIdentifier(of.foreignKey.name)} = NULL`, version, ...automatic].join(', ');
  const where = `${keyColumn(of.child)} = ANY (${parameters.bind(keys, `${sqlType(of.child.primaryKey)}[]`)})`;
  return {
    text: `UPDATE ${table(of.child)} SET ${set} WHERE ${where} RETURNING ${columns(of.child)}`,
    values: parameters.values,
  };
}

export function deleteLinks(entity: EntityModel, link: ManyToManyLink, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  return {
    text: `DELETE FROM ${quoteIdentifier(link.joinTable)} WHERE ${linksOf(entity, { link, keys }, parameters)}`,
    values: parameters.values,
  };
}

export function countLinks(entity: EntityModel, link: ManyToManyLink, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  return {
    text: `SELECT count(*)::integer FROM ${quoteIdentifier(link.joinTable)}
           WHERE ${linksOf(entity, { link, keys }, parameters)}`,
    values: parameters.values,
  };
}

/** A relation seen from the record that has children by it. */
export type ChildLink = HasOneLink | ToManyLink;

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
