import type { Lsn } from '@rocket/schema';

const LOW_PART = 2 ** 32;

/** A position as the number of bytes since the log began; exact up to 8 petabytes. */
export function lsnBytes(lsn: Lsn): number {
  const [high = '0', low = '0'] = lsn.split('/');
  return Number.parseInt(high, 16) * LOW_PART + Number.parseInt(low, 16);
}
