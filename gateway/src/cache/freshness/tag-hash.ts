import { hash } from 'node:crypto';

const HASH_BYTES = 6;

/**
 * A tag as a whole number of 48 bits. Millions of tags are kept for some minutes, and a number takes a quarter of the
 * memory of a text. Two tags with the same number only void an answer without need.
 */
export function hashTag(tag: string): number {
  return hash('sha1', tag, 'buffer').readUIntBE(0, HASH_BYTES);
}
