/** Names of indexes and keys. Postgres keeps them in one namespace with the tables. */
import { createHash } from 'node:crypto';
import { MAX_IDENTIFIER_BYTES } from '@rocket/schema';

/** Databases hold names that were made with this hash: neither it nor its length can change. */
const HASH_CHARS = 8;

export type IndexNamer = (prefix: IndexPrefix, table: string, part: string) => string;
/** `ix` serves searching, `ux` uniqueness, `pk` is the primary key. */
export type IndexPrefix = 'ix' | 'ux' | 'pk';

/**
 * Gives names of the form `ix_{table}_{column}`. Ends in a hash instead when that is too long or stands for another
 * index already: table `a_b` with column `c` and table `a` with column `b_c` would both be `ix_a_b_c`.
 */
export function createIndexNamer(taken: Iterable<string>): IndexNamer {
  const names = new Set(taken);
  return (prefix, table, part) => {
    const plain = [prefix, table, part].filter((text) => text !== '').join('_');
    const isUsable = fitsName(plain) && !names.has(plain);
    const name = isUsable ? plain : hashedName(plain, `${prefix}.${table}.${part}`);
    names.add(name);
    return name;
  };
}

/** Postgres holds the name whole. */
export function fitsName(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_IDENTIFIER_BYTES;
}

/** The plain name, cut where it is too long for what follows: a hash of what the name stands for. */
export function hashedName(plain: string, identity: string): string {
  return `${plain.slice(0, MAX_IDENTIFIER_BYTES - HASH_CHARS - 1)}_${nameHash(identity)}`;
}

/** Eight hex digits that go into a name, for a text that cannot be in it as it is. */
export function nameHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS);
}
