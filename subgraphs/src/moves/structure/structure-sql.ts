/** Statements that make a database like one whose structure was read, in two parts: before and after its rows are copied. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import { literalText } from '../../sql/literal-text.ts';
import { FENCE_TRIGGER } from '../barrier/fence-sql.ts';
import { publicName } from './catalog-sql.ts';
import type {
  ConstraintStructure,
  DatabaseStructure,
  DefinitionStructure,
  TableStructure,
  TriggerStructure,
} from './database-structure.ts';
import {
  createSequenceSql,
  createTableSql,
  joinParentsSql,
  replicaIdentitySql,
} from './table-structure-sql.ts';

/** Something that is made after the rows are there. */
export interface RestStep {
  /** Of the constraint, the index or the trigger. */
  readonly name: string;
  readonly table: string;
  readonly statement: Statement;
}

/**
 * What rows are copied into: extensions, types, functions, sequences, and tables with what replication identifies rows
 * by. To be run in this order, best in one transaction, since most of the statements fail on what exists.
 */
export function createTables(structure: DatabaseStructure): Statement[] {
  const { extensions, definitions, sequences, tables } = structure;
  const define = (needsTables: boolean): string[] =>
    definitions.filter((each) => each.needsTables === needsTables).flatMap(definitionSql);
  return [
    ...extensions.flatMap(({ name, schema }) => [
      `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`,
      `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} WITH SCHEMA ${quoteIdentifier(schema)}`,
    ]),
    ...define(false),
    ...sequences.filter(({ owner }) => owner?.isIdentity !== true).map(createSequenceSql),
    ...tables.map((table) => createTableSql(table, sequences)),
    ...tables.flatMap(joinParentsSql),
    ...sequences.flatMap(({ name, owner }) =>
      owner === null || owner.isIdentity
        ? []
        : `ALTER SEQUENCE ${publicName(name)} OWNED BY ${publicName(owner.table)}.${quoteIdentifier(owner.column)}`,
    ),
    ...partitionsFirst(tables).flatMap(identifyRows),
    ...define(true),
  ].map(ddl);
}

/**
 * What is better made when the rows are there, one by one in this order: unique and exclusion constraints, indexes,
 * checks, foreign keys, triggers.
 * @param fence triggers of this name are left out
 */
export function createRest({ tables }: DatabaseStructure, fence = FENCE_TRIGGER): RestStep[] {
  const ordered = partitionsFirst(tables);
  const constraintsOf = (kinds: readonly ConstraintStructure['kind'][]): RestStep[] =>
    ordered.flatMap((table) =>
      table.constraints
        .filter((each) => kinds.includes(each.kind) && !isIdentifying(table, each))
        .map((each) => ({ name: each.name, table: table.name, statement: ddl(constraintSql(table, each)) })),
    );
  return [
    ...constraintsOf(['unique', 'exclusion']),
    ...ordered.flatMap((table) =>
      table.indexes
        .filter(({ name }) => name !== table.replicaIdentity.index)
        .map(({ name, definition }) => ({ name, table: table.name, statement: ddl(definition) })),
    ),
    ...constraintsOf(['not null', 'check']),
    ...constraintsOf(['foreign key']),
    ...tables.flatMap((table) =>
      table.triggers
        .filter(({ name }) => name !== fence)
        .map((each) => ({ name: each.name, table: table.name, statement: ddl(triggerSql(table, each)) })),
    ),
  ];
}

/** Keys of partitions keep their names when their tables get theirs later, which adopt them. */
function partitionsFirst(tables: readonly TableStructure[]): TableStructure[] {
  return tables.toSorted((a, b) => b.depth - a.depth);
}

function isIdentifying({ replicaIdentity }: TableStructure, { name, kind }: ConstraintStructure): boolean {
  return kind === 'primary key' || name === replicaIdentity.index;
}

function identifyRows(table: TableStructure): string[] {
  const constraints = table.constraints.filter((each) => isIdentifying(table, each));
  const indexes = table.indexes.filter(({ name }) => name === table.replicaIdentity.index);
  return [
    ...constraints.map((each) => constraintSql(table, each)),
    ...indexes.map(({ definition }) => definition),
    ...replicaIdentitySql(table),
  ];
}

function constraintSql(table: TableStructure, { name, definition }: ConstraintStructure): string {
  return `ALTER TABLE ${publicName(table.name)} ADD CONSTRAINT ${quoteIdentifier(name)} ${definition}`;
}

/** In one statement with when it fires, so that a trigger that is there is never one that fires when it should not. */
function triggerSql(table: TableStructure, { name, definition, firing }: TriggerStructure): string {
  if (firing === null) return definition;
  const alter = `ALTER TABLE ${publicName(table.name)} ${firing} TRIGGER ${quoteIdentifier(name)}`;
  return `DO ${literalText(`BEGIN EXECUTE ${literalText(definition)}; EXECUTE ${literalText(alter)}; END`)}`;
}

/**
 * Postgres would look into the body of a function, which may name tables that are made later. The check can be
 * switched off only in a statement that makes the function too, since the next one may have another connection.
 */
function definitionSql({ kind, sql }: DefinitionStructure): string[] {
  if (kind === 'type') return [...sql];
  const creations = sql.map((text) => `EXECUTE ${literalText(text)};`).join(' ');
  return [
    `DO ${literalText(`BEGIN PERFORM set_config('check_function_bodies', 'off', true); ${creations} END`)}`,
  ];
}

function ddl(text: string): Statement {
  return { text, values: [] };
}
