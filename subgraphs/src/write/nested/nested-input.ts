/** What a write says of the records related to its own, as it was translated from GraphQL. */
import type { ChildLink, ManyToManyLink, UserError, WriteMode } from '@rocket/schema';
import { refuse } from '../write-result.ts';

/** Levels of records below the one that is written. */
export const MAX_NESTED_LEVELS = 5;
/** Records and links that one write may name, its own record among them. All are held in memory and locked. */
export const MAX_NAMED_RECORDS = 10_000;

/** One child: to be made, changed or deleted. */
export interface NestedItem {
  /** As the caller gave it; undefined or null for none. */
  readonly key: unknown;
  readonly isDeleted: boolean;
  /** By document field name. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly nested: readonly NestedInput[];
}

export interface NestedChildren {
  readonly kind: 'children';
  readonly link: ChildLink;
  readonly mode: WriteMode;
  readonly items: readonly NestedItem[];
}

/** A record to link or unlink. */
export interface NestedTarget {
  readonly key: unknown;
  readonly isDeleted: boolean;
  /** Where its key lies within the input of the link, such as `['data', '2', 'id']`. */
  readonly path: readonly string[];
}

export interface NestedLinks {
  readonly kind: 'links';
  readonly link: ManyToManyLink;
  /** Of those in `data`; undefined where the input has no `data`, which then says nothing of other links. */
  readonly mode: WriteMode | undefined;
  readonly targets: readonly NestedTarget[];
}

export type NestedInput = NestedChildren | NestedLinks;

/** @throws WriteRefused where the levels or the records are too many; before any of them is looked at */
export function refuseOversized(nested: readonly NestedInput[], path: readonly string[]): void {
  let room = MAX_NAMED_RECORDS - 1;
  const measure = (inputs: readonly NestedInput[], at: readonly string[], level: number): void => {
    for (const input of inputs) {
      const place = [...at, input.link.graphqlName];
      if (level > MAX_NESTED_LEVELS) refuse(tooDeep(place));
      room -= input.kind === 'links' ? input.targets.length : input.items.length;
      if (room < 0) refuse(tooMany(place));
      if (input.kind === 'links') continue;
      for (const [index, item] of input.items.entries()) {
        measure(item.nested, [...place, 'data', String(index)], level + 1);
      }
    }
  };
  measure(nested, path, 1);
}

function tooDeep(path: readonly string[]): UserError {
  const message = `Related records can be written at most ${MAX_NESTED_LEVELS} levels deep`;
  return { code: 'VALIDATION_FAILED', message, path, rule: 'max_depth' };
}

function tooMany(path: readonly string[]): UserError {
  const message = `A write can name at most ${MAX_NAMED_RECORDS} records`;
  return { code: 'VALIDATION_FAILED', message, path, rule: 'max_records' };
}
