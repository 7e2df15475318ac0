import type { DesiredTable } from './desired-tables.ts';
import type { ExistingTable } from './existing-tables.ts';
import type { PlanStep } from './plan-tables.ts';
import { createIndex, dropIndex } from './table-sql.ts';

/** Names that the engine gives; indexes that an administrator made under other names are left alone. */
const OWN_INDEX = /^(ix|ux)_/;

/** Those the model needs no longer go first: a new one may have their name. No index holds data of its own. */
export function planIndexes(table: DesiredTable, present: ExistingTable): PlanStep[] {
  const wanted = new Set(table.indexes.map(({ name }) => name));
  const dropped = [...present.indexes].filter((name) => OWN_INDEX.test(name) && !wanted.has(name));
  return [
    ...dropped.map((name) => ({
      statement: dropIndex(name),
      description: `drop index ${name}`,
      place: table.title,
    })),
    ...table.indexes
      .filter(({ name }) => !present.indexes.has(name))
      .map((index) => ({
        statement: createIndex(table.name, index),
        description: `create ${index.isUnique ? 'unique ' : ''}index ${index.name}`,
        place: index.place,
      })),
  ];
}
