/** Forms of requests as they are kept: each once, by a hash of it. */
import { createHash } from 'node:crypto';
import type { Row, Statement } from '@rocket/platform';
import { type RequestForm, readRequestForm } from '@rocket/schema';
import { z } from 'zod';
import { WEBHOOK_FORMS_TABLE as FORMS_TABLE } from '../tables/webhook-tables.ts';

/** @returns the JSON of the form, and what it is found by */
export function storedForm({ method, headers, retry }: RequestForm): { hash: string; json: string } {
  const json = JSON.stringify({ method, headers, retry });
  return { hash: createHash('sha256').update(json).digest('base64url'), json };
}

/** Those that are there already stay. */
export function insertForms(forms: readonly RequestForm[]): Statement {
  const stored = forms.map(storedForm);
  return {
    text: `INSERT INTO "${FORMS_TABLE}" (hash, form) SELECT * FROM unnest($1::text[], $2::jsonb[])
           ON CONFLICT (hash) DO NOTHING`,
    values: [stored.map(({ hash }) => hash), stored.map(({ json }) => json)],
  };
}

/** A row as {@link toForm} reads it. */
export function selectForm(hash: string): Statement {
  return { text: `SELECT form FROM "${FORMS_TABLE}" WHERE hash = $1`, values: [hash] };
}

export function toForm(row: Row): RequestForm {
  return readRequestForm(z.tuple([z.unknown()]).parse(row)[0]);
}
