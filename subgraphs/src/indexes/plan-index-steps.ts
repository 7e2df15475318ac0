/** The changes of indexes that are part of an activation's transaction. */

import type { DesiredTable } from '../tables/desired-tables.ts';
import type { ExistingTable } from '../tables/existing-tables.ts';
import type { PlanStep } from '../tables/table-plan.ts';
import { createIndex, dropIndex } from '../tables/table-sql.ts';
import type { DesiredIndex } from './desired-indexes.ts';
import { compareIndexes } from './plan-indexes.ts';

/**
 * For an empty table, all changes. For a table with rows, only those that decide which writes are accepted: a unique
 * index that could not be built before, such as that of a new column, and one that is no longer needed.
 */
export function planIndexSteps(table: DesiredTable, present: ExistingTable): PlanStep[] {
  const { title, ...changes } = compareIndexes(table, present);
  const isNow = ({ isUnique }: { isUnique: boolean }) => present.isEmpty || isUnique;
  const missing = changes.missing.filter(isNow);
  const names = new Set(missing.map(({ name }) => name));
  const dropped = [
    ...changes.broken.filter((name) => present.isEmpty || names.has(name)),
    ...changes.surplus.filter(isNow).map(({ name }) => name),
  ];
  return [
    ...dropped.map((name) => ({ statement: dropIndex(name), description: describeDrop(name), place: title })),
    ...missing.map((index) => createIndexStep(table.name, index)),
  ];
}

export function createIndexStep(table: string, index: DesiredIndex): PlanStep {
  return { statement: createIndex(table, index), description: describeCreate(index), place: index.place };
}

export function describeCreate(index: DesiredIndex): string {
  return `create ${index.isUnique ? 'unique ' : ''}index ${index.name}`;
}

export function describeDrop(name: string): string {
  return `drop index ${name}`;
}
