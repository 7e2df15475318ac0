/** A loaded record as the executor sees it: columns by GraphQL name, links by response key. */
import type { Row } from '@rocket/platform';
import type { LevelPlan } from './level-plan.ts';

/** Where a record keeps what was loaded for its links: they go by response key, which may equal a column's name. */
export const LINKS: unique symbol = Symbol('links');

/** Value of a link field: a record, records, a loaded connection, null, or the error of that field alone. */
export type LinkValue = unknown;

export interface LoadedRecord {
  readonly [LINKS]: Map<string, LinkValue>;
  readonly [graphqlName: string]: unknown;
}

/** Makes the record from the part of a row that starts at `offset`, in the order of the plan's columns. */
export function toRecord(level: LevelPlan, row: Row, offset: number): LoadedRecord {
  const record: { [LINKS]: Map<string, LinkValue>; [name: string]: unknown } = { [LINKS]: new Map() };
  let index = offset;
  for (const field of level.columns) {
    record[field.graphqlName] = row[index];
    index += 1;
  }
  if (level.withVersion) record[level.entity.versionGraphqlName] = row[index];
  return record;
}
