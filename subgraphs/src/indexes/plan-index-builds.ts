/** Which indexes of tables with rows are built outside of the activation's transaction, and which of them before it. */
import type { AppModel } from '@rocket/schema';
import { desiredTables } from '../tables/desired-tables.ts';
import type { ExistingTables } from '../tables/existing-tables.ts';
import { filledTableChanges, type IndexChanges } from './plan-indexes.ts';

/**
 * The indexes that must exist before a revision is served: those that keep values unique, and those that replace a
 * unique index that the revision drops. A column that does not exist yet has its index made together with it.
 */
export function urgentIndexChanges(model: AppModel, existing: ExistingTables): IndexChanges[] {
  return filledTableChanges(desiredTables(model), existing).flatMap(({ changes, present }) => {
    const { broken, surplus } = changes;
    const missing = changes.missing
      .filter(({ columns }) => columns.every((column) => present.columns.has(column)))
      .filter(
        (index) =>
          index.isUnique ||
          surplus.some(({ isUnique, keys }) => isUnique && keys[0]?.column === index.columns[0]),
      );
    const names = new Set(missing.map(({ name }) => name));
    const inTheWay = broken.filter((name) => names.has(name));
    return missing.length === 0 ? [] : [{ ...changes, missing, broken: inTheWay, surplus: [] }];
  });
}

/** All differences between the indexes of tables with rows and what the model needs. */
export function remainingIndexChanges(model: AppModel, existing: ExistingTables): IndexChanges[] {
  return filledTableChanges(desiredTables(model), existing).flatMap(({ changes }) =>
    changes.broken.length + changes.missing.length + changes.surplus.length === 0 ? [] : [changes],
  );
}
