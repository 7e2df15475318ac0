/** Puts random records into the tables, in place of those that are there. */
import { type Database, quoteIdentifier, type Statement } from '@rocket/platform';
import type { AppModel } from '@rocket/schema';
import { insertEntityRows, insertJoinRows } from '../../../../src/sample-data/sample-rows-sql.ts';
import type { WorldData } from './world-data.ts';

export async function loadWorld(database: Database, model: AppModel, data: WorldData): Promise<void> {
  await database.transaction(async (tx) => {
    for (const table of tablesOf(model)) await tx.query(deleteAll(table));
    for (const entity of model.entities.values()) {
      const rows = data[entity.name] ?? [];
      if (rows.length > 0) await tx.query(insertEntityRows(entity, entity.fields, rows));
    }
    for (const join of model.joinTables) {
      const rows = data[join.table] ?? [];
      if (rows.length > 0) await tx.query(insertJoinRows(join, rows));
    }
  });
}

function tablesOf(model: AppModel): readonly string[] {
  return [
    ...[...model.entities.values()].map(({ table }) => table),
    ...model.joinTables.map(({ table }) => table),
  ];
}

function deleteAll(table: string): Statement {
  return { text: `DELETE FROM ${quoteIdentifier(table)}`, values: [] };
}
