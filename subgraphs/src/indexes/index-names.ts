/** Names of indexes and keys. Postgres keeps them in one namespace with the tables. */
import { createHash } from 'node:crypto';
import { MAX_IDENTIFIER_BYTES } from '@rocket/schema';

/** Databases contain names that were made with this hash, so neither the hash nor its length can change. */
const HASH_CHARS = 8;

export type IndexNamer = (prefix: IndexPrefix, table: string, part: string) => string;
/** `ix` serves searching, `ux` uniqueness, `pk` is the primary key. */
export type IndexPrefix = 'ix' | 'ux' | 'pk';

/**
 * Makes names of the form `ix_{table}_{column}`. A name ends in a hash instead when it is too long or already used for
 * another index: table `a_b` with column `c` and table `a` with column `b_c` would both be `ix_a_b_c`.
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

/** True when Postgres does not cut the name. */
export function fitsName(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_IDENTIFIER_BYTES;
}

/** The plain name, cut if it is too long, followed by a hash of what the name stands for. */
export function hashedName(plain: string, identity: string): string {
  return `${plain.slice(0, MAX_IDENTIFIER_BYTES - HASH_CHARS - 1)}_${nameHash(identity)}`;
}

/** Eight hex digits for use in a name, for a text that cannot be in it as it is. */
export function nameHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS);
}
