import { createHash } from 'node:crypto';
import type { EntityModel } from '@rocket/schema';
import { canonicalJson } from '@rocket/schema';

const UUID_HEX = 32;

/**
 * Key of a sample row that gives none, made from what the row says and its place. So the same document imported again
 * finds its rows, where a random key would add them a second time.
 */
export function sampleKey(entity: EntityModel, row: unknown, place: number): string {
  const text = canonicalJson([entity.name, place, row]);
  const hex = createHash('sha256').update(text).digest('hex').slice(0, UUID_HEX);
  // Version 8 (made by the application's own rule), variant of RFC 9562.
  const marked = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17)}`;
  return marked.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
