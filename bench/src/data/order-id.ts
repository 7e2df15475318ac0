import { createHash } from 'node:crypto';

/** Key of the n-th order of the filled shop, from 1, as Postgres makes it. */
export function orderId(number: number): string {
  const hash = createHash('md5').update(`order${number}`).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
