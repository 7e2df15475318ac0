/** Rows of join tables, whose changes have no events of records. */
import { linkTags } from '@rocket/schema';
import type { ReadApp } from './read-app.ts';

/** The tags of each row, by its keys. */
export type LinkRows = ReadonlyMap<string, readonly string[]>;

export async function linkRows({ database, model }: Pick<ReadApp, 'database' | 'model'>): Promise<LinkRows> {
  const rows = new Map<string, readonly string[]>();
  for (const { table: joinTable, sourceColumn, targetColumn } of model.joinTables) {
    const text = `SELECT "${sourceColumn}"::text, "${targetColumn}"::text FROM "${joinTable}"`;
    for (const row of await database.query({ text, values: [] })) {
      const [source, target] = row.map(String);
      if (source === undefined || target === undefined) throw new Error('A row of a join table has two keys');
      rows.set(`${joinTable} ${source} ${target}`, [
        ...linkTags(model.app, { joinTable, column: sourceColumn, key: source }),
        ...linkTags(model.app, { joinTable, column: targetColumn, key: target }),
      ]);
    }
  }
  return rows;
}

/** Of rows that came or went. */
export function changedLinkTags(before: LinkRows, after: LinkRows): string[] {
  const gone = [...before].filter(([row]) => !after.has(row));
  const made = [...after].filter(([row]) => !before.has(row));
  return [...gone, ...made].flatMap(([, tags]) => tags);
}
