/** Names of indexes and keys. Postgres keeps them in one namespace with the tables and cuts them at 63 bytes. */
import { createHash } from 'node:crypto';

const MAX_NAME_BYTES = 63;
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
    const isUsable = Buffer.byteLength(plain) <= MAX_NAME_BYTES && !names.has(plain);
    const name = isUsable ? plain : hashedName(plain, `${prefix}.${table}.${part}`);
    names.add(name);
    return name;
  };
}

function hashedName(plain: string, identity: string): string {
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_CHARS);
  return `${plain.slice(0, MAX_NAME_BYTES - HASH_CHARS - 1)}_${hash}`;
}
