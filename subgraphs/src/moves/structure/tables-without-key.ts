/** Tables that logical replication cannot copy as they are. */
import type { DatabaseStructure, TableStructure } from './database-structure.ts';

/**
 * Names of the tables whose rows replication cannot find again: updating or deleting rows of them fails as soon as
 * they are published. A partitioned table has no rows of its own; its partitions are told.
 */
export function tablesWithoutKey({ tables }: DatabaseStructure): string[] {
  return tables
    .filter((table) => table.partitionKey === null && !table.isUnlogged && !isIdentified(table))
    .map(({ name }) => name);
}

/** Names of the tables whose rows are not replicated at all. */
export function unloggedTables({ tables }: DatabaseStructure): string[] {
  return tables.filter(({ isUnlogged }) => isUnlogged).map(({ name }) => name);
}

/** Values that are generated are not sent, so they identify nothing. */
function isIdentified({ replicaIdentity: { kind, columns: key }, columns }: TableStructure): boolean {
  if (kind === 'full') return true;
  const isSent = (name: string): boolean =>
    columns.some((column) => column.name === name && column.generated === null);
  return key.length > 0 && key.every(isSent);
}
