import type { DesiredTable } from './desired-tables.ts';
import type { ExistingTable } from './existing-tables.ts';
import type { PlanStep } from './plan-tables.ts';
import { createIndex, dropIndex } from './table-sql.ts';

/** Names that the engine gives; indexes that an administrator made under other names are left alone. */
const OWN_INDEX = /^(ix|ux)_/;

/**
 * Those the model needs no longer, or needs over other columns, go first: a new one may have their name. No index holds
 * data of its own.
 */
export function planIndexes(table: DesiredTable, present: ExistingTable): PlanStep[] {
  const wanted = new Map(table.indexes.map(({ name, columns }) => [name, columns.join()]));
  const fits = (name: string) => present.indexes.get(name)?.join() === wanted.get(name);
  const dropped = [...present.indexes.keys()].filter((name) => OWN_INDEX.test(name) && !fits(name));
  return [
    ...dropped.map((name) => ({
      statement: dropIndex(name),
      description: `drop index ${name}`,
      place: table.title,
    })),
    ...table.indexes
      .filter(({ name }) => !fits(name))
      .map((index) => ({
        statement: createIndex(table.name, index),
        description: `create ${index.isUnique ? 'unique ' : ''}index ${index.name}`,
        place: index.place,
      })),
  ];
}
