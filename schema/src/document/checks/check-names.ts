import { MAX_IDENTIFIER_BYTES } from '../../model/storage-limits.ts';
import { ENGINE_TABLE_PREFIX, VERSION_COLUMN } from '../../naming/engine-names.ts';
import { camelCase, nameProblem } from '../../naming/identifiers.ts';
import { formatPath, type JsonPath } from '../faults/json-path.ts';
import { type CheckContext, type Located, reportDuplicates } from './context.ts';

/** Entity names become parts of GraphQL types and of event subjects, beside the app's name. */
const MAX_ENTITY_NAME_BYTES = 48;
const FORBIDDEN_FIELD_NAMES: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  VERSION_COLUMN,
  '__typename',
]);
/** Fields become members of an enum, `CustomerFieldName`, and GraphQL does not allow these names there. */
const LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null']);
/** Every table of Postgres has these columns; CREATE TABLE refuses them. */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** True, and nothing reported, when it can be a name of the document. */
export function checkName(context: CheckContext, name: Located<string>, maxBytes: number): boolean {
  const problem = nameProblem(name.value, maxBytes);
  if (problem !== null) context.faults.error(name.path, problem.message, problem.hint);
  return problem === null;
}

/** A table or join table: like a name, and out of the way of the engine's and the server's own tables. */
export function checkTableName(context: CheckContext, table: Located<string>): void {
  if (table.value.startsWith(ENGINE_TABLE_PREFIX) || table.value.startsWith('pg_')) {
    const message = `The table name ${JSON.stringify(table.value)} is reserved`;
    context.faults.error(
      table.path,
      message,
      `Names beginning with "${ENGINE_TABLE_PREFIX}" or "pg_" belong to the engine`,
    );
    return;
  }
  checkName(context, table, MAX_IDENTIFIER_BYTES);
}

/** A column: like a name, and none that every table has already. */
export function checkColumnName(context: CheckContext, column: Located<string>): void {
  if (SYSTEM_COLUMNS.has(column.value)) {
    const message = `The column name ${JSON.stringify(column.value)} is reserved`;
    context.faults.error(column.path, message, 'Every table of Postgres has a column of this name');
    return;
  }
  checkName(context, column, MAX_IDENTIFIER_BYTES);
}

/** Names of entities, tables, fields, relations and workflows: well formed and not taken twice. */
export function checkNames(context: CheckContext): void {
  for (const { value, path } of context.parts.entities) {
    checkName(context, { value: value.name, path: [...path, 'name'] }, MAX_ENTITY_NAME_BYTES);
    checkTableName(context, { value: value.table, path: [...path, 'table'] });
    checkFieldNames(context, value.fields, [...path, 'fields']);
  }
  for (const { value, path } of context.parts.relations) {
    checkName(context, { value: value.name, path: [...path, 'name'] }, MAX_IDENTIFIER_BYTES);
  }
  checkUnique(context, context.parts.entities, 'name');
  checkUnique(context, context.parts.entities, 'table');
  checkUnique(context, context.parts.relations, 'name');
  checkUnique(context, context.parts.workflows, 'name');
}

function checkUnique<K extends string>(
  context: CheckContext,
  items: readonly Located<Readonly<Record<K, string>>>[],
  key: K,
): void {
  reportDuplicates(
    items,
    (item) => item[key],
    (item, first) => {
      const message = `The ${key} ${JSON.stringify(item.value[key])} is already used at ${formatPath(first.path)}`;
      context.faults.error([...item.path, key], message);
    },
  );
}

function checkFieldNames(
  context: CheckContext,
  fields: readonly { readonly name: string }[],
  path: JsonPath,
): void {
  const located = fields.map((field, index) => ({ value: field.name, path: [...path, index, 'name'] }));
  for (const name of located) checkFieldName(context, name);
  reportDuplicates(located, camelCase, (name, first) => {
    const same = name.value === first.value;
    const message = same
      ? `The field ${JSON.stringify(name.value)} is declared twice`
      : `${JSON.stringify(name.value)} and ${JSON.stringify(first.value)} are both ${JSON.stringify(camelCase(name.value))} in GraphQL`;
    context.faults.error(name.path, message, same ? undefined : 'Rename one of them');
  });
}

function checkFieldName(context: CheckContext, name: Located<string>): void {
  const graphqlName = camelCase(name.value);
  if (FORBIDDEN_FIELD_NAMES.has(name.value) || LITERALS.has(graphqlName) || isObjectMember(graphqlName)) {
    context.faults.error(name.path, `The field name ${JSON.stringify(name.value)} is reserved`);
    return;
  }
  checkColumnName(context, name);
}

/**
 * True for a name that every object has, such as `toString`. graphql reads members of variables without checking
 * that they are own properties, so an input that leaves such a field out would seem to hold a function for it.
 */
export function isObjectMember(graphqlName: string): boolean {
  return Object.hasOwn(Object.prototype, graphqlName);
}
