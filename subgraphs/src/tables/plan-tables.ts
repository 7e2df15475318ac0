/**
 * The steps from the existing tables to those that a model needs. Only additions are made: changes that would lose data
 * are listed, not done.
 */
import type { Statement } from '@rocket/platform';
import type { AppModel } from '@rocket/schema';
import { createIndexStep, planIndexSteps } from '../indexes/plan-index-steps.ts';
import { type DesiredColumn, type DesiredTable, desiredTables } from './desired-tables.ts';
import type { ExistingColumn, ExistingTable, ExistingTables } from './existing-tables.ts';
import type { DestructiveChange, PlanStep, TablePlan } from './table-plan.ts';
import { addColumn, createTable, setDefault, setIdentity, setNullable } from './table-sql.ts';

export function planTables(model: AppModel, existing: ExistingTables): TablePlan {
  const desired = desiredTables(model);
  const plan: Draft = { steps: [], destructive: [] };
  for (const table of desired) {
    const present = existing.get(table.name);
    if (present === undefined) planNewTable(plan, table);
    else planExistingTable(plan, table, present);
  }
  const wanted = new Set(desired.map(({ name }) => name));
  for (const { name } of existing.values()) {
    if (wanted.has(name)) continue;
    plan.destructive.push({ place: name, message: `table ${name} is no longer in the document` });
  }
  return plan;
}

interface Draft {
  readonly steps: PlanStep[];
  readonly destructive: DestructiveChange[];
}

function planNewTable(plan: Draft, table: DesiredTable): void {
  plan.steps.push({
    statement: createTable(table),
    description: `create table ${table.name} for ${table.title}`,
    place: table.title,
  });
  plan.steps.push(...table.indexes.map((index) => createIndexStep(table.name, index)));
}

function planExistingTable(plan: Draft, table: DesiredTable, present: ExistingTable): void {
  const keyBefore = present.primaryKey.join(', ');
  const keyNow = table.primaryKey.columns.join(', ');
  if (keyBefore !== keyNow) {
    const message = `the primary key would change from ${keyBefore} to ${keyNow}`;
    plan.destructive.push({ place: `${table.title}`, message });
  }
  for (const column of table.columns) {
    const before = present.columns.get(column.name);
    if (before === undefined) planNewColumn(plan, { table: present, column });
    else planColumn(plan, { table: present, column, before });
  }
  const wanted = new Set(table.columns.map(({ name }) => name));
  for (const { name } of present.columns.values()) {
    if (wanted.has(name)) continue;
    plan.destructive.push({
      place: placeOf(table, name),
      message: `column ${name} of table ${table.name} is no longer in the document`,
    });
  }
  plan.steps.push(...planIndexSteps(table, present));
}

/** `entity.field` of a column that the document no longer has. */
function placeOf(table: DesiredTable, column: string): string {
  const [owner = table.name] = (table.columns[0]?.place ?? table.name).split('.');
  return `${owner}.${column}`;
}

function planNewColumn(plan: Draft, of: { table: ExistingTable; column: DesiredColumn }): void {
  const { table, column } = of;
  if (!column.nullable && column.defaultSql === null && !column.isIdentity && !table.isEmpty) {
    plan.destructive.push({
      place: column.place,
      message: `a new required field needs a default, since table ${table.name} holds rows`,
    });
    return;
  }
  plan.steps.push({
    statement: addColumn(table.name, column),
    description: `add column ${column.name} to table ${table.name}`,
    place: column.place,
  });
}

function planColumn(
  plan: Draft,
  of: { table: ExistingTable; column: DesiredColumn; before: ExistingColumn },
): void {
  const { table, column, before } = of;
  const { place } = column;
  const step = (statement: Statement, description: string) =>
    plan.steps.push({ statement, description, place });
  const at = `column ${column.name} of table ${table.name}`;
  if (before.type !== column.type) {
    const message = `${at} would change its type from ${before.type} to ${column.type}`;
    plan.destructive.push({ place, message });
    return;
  }
  if (before.nullable && !column.nullable && !table.isEmpty) {
    plan.destructive.push({ place, message: `${at} would become required, but the table holds rows` });
    return;
  }
  // A default has to be dropped before an identity can be added, and vice versa.
  if (before.isIdentity && !column.isIdentity) step(setIdentity(table.name, column), `stop numbering ${at}`);
  if (before.defaultSql !== column.defaultSql) {
    const verb = column.defaultSql === null ? 'drop' : 'set';
    step(setDefault(table.name, column), `${verb} the default of ${at}`);
  }
  if (before.nullable !== column.nullable) {
    step(setNullable(table.name, column), `${column.nullable ? 'allow' : 'forbid'} null in ${at}`);
  }
  if (!before.isIdentity && column.isIdentity) step(setIdentity(table.name, column), `number ${at}`);
}
