import { createHash } from 'node:crypto';
import type { EntityModel } from '@rocket/schema';
import { canonicalJson } from '@rocket/schema';

const UUID_HEX = 32;

/**
 * Key of a sample row without one, made from the row's contents and its place. So importing the same document again
 * finds its rows, where random keys would add them a second time.
 */
export function sampleKey(entity: EntityModel, row: unknown, place: number): string {
  const text = canonicalJson([entity.name, place, row]);
  const hex = createHash('sha256').update(text).digest('hex').slice(0, UUID_HEX);
  // Version 8 (by a rule of the application), variant of RFC 9562.
  const marked = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17)}`;
  return marked.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
