/** Forms of requests by their hashes: those that were made here, and those that are read for deliveries of others. */
import type { Database } from '@rocket/platform';
import type { RequestForm } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { selectForm, storedForm, toForm } from '../../webhooks/request-form.ts';

const MAX_KNOWN = 5_000;
const QUERY_MS = 10_000;

export interface FormBook {
  hashOf(form: RequestForm): string;
  /** Null when it is not known here. */
  known(hash: string): RequestForm | null;
  /** @throws Error when nobody has stored it */
  get(hash: string): Promise<RequestForm>;
}

export function createFormBook(database: Database): FormBook {
  const forms = new LRUCache<string, RequestForm>({ max: MAX_KNOWN });
  /** The model of a document has one object for each of its webhooks. */
  const hashes = new WeakMap<RequestForm, string>();
  return {
    hashOf(form) {
      const known = hashes.get(form);
      const hash = known ?? storedForm(form).hash;
      hashes.set(form, hash);
      forms.set(hash, form);
      return hash;
    },
    known: (hash) => forms.get(hash) ?? null,
    async get(hash) {
      const known = forms.get(hash);
      if (known !== undefined) return known;
      const [row] = await database.query(selectForm(hash), { deadlineAtMs: Date.now() + QUERY_MS });
      if (row === undefined) throw new Error(`There is no form ${hash} of a delivery`);
      const form = toForm(row);
      forms.set(hash, form);
      return form;
    },
  };
}
