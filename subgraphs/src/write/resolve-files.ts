/** File fields: the caller names an uploaded file, the record keeps a copy of its description. */
import type { Statement } from '@rocket/platform';
import type { UserError } from '@rocket/schema';
import { z } from 'zod';
import { describedFileSql } from '../sql/stored-file.ts';
import { FILES_TABLE } from '../tables/system-tables.ts';
import { WriteRefused } from './write-result.ts';
import type { SaveState } from './write-state.ts';

const FileRow = z.tuple([z.string(), z.string()]);

/** The description as text, so that it is bound like any other JSON. */
function selectFiles(ids: readonly unknown[]): Statement {
  return {
    text: `SELECT f.id, ${describedFileSql('f')}::text FROM "${FILES_TABLE}" f WHERE f.id = ANY ($1::uuid[])`,
    values: [ids],
  };
}

/** @throws WriteRefused `NOT_FOUND` with one error per field that does not name a file */
export async function resolveFiles(states: readonly SaveState[]): Promise<void> {
  const named = states.flatMap((state) =>
    state.entity.fields
      .filter(({ type, name }) => type === 'file' && (state.values.get(name) ?? null) !== null)
      .map((field) => ({ state, field })),
  );
  const [first] = named;
  if (first === undefined) return;
  const ids = named.map(({ state, field }) => state.values.get(field.name));
  const rows = await first.state.tx.query(selectFiles(ids));
  const descriptions = new Map(rows.map((row) => FileRow.parse(row)));
  const errors: UserError[] = [];
  for (const { state, field } of named) {
    const description = descriptions.get(String(state.values.get(field.name)));
    if (description !== undefined) state.values.set(field.name, description);
    else {
      const message = `${field.graphqlName} names no uploaded file`;
      errors.push({ code: 'NOT_FOUND', message, path: [...state.path, field.graphqlName], rule: null });
    }
  }
  if (errors.length > 0) throw new WriteRefused(errors);
}
