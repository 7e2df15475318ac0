import type { EntityModel } from '../model/app-model.ts';

/** A stored record by field name, with values as rows have them, and its version. */
export interface StoredRecord {
  readonly key: string;
  readonly version: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A change of one record that was made: the record before and after it. */
export type RecordChange = { readonly entity: EntityModel } & (
  | { readonly operation: 'create'; readonly before: null; readonly after: StoredRecord }
  | { readonly operation: 'update'; readonly before: StoredRecord; readonly after: StoredRecord }
  | { readonly operation: 'delete'; readonly before: StoredRecord; readonly after: null }
);
