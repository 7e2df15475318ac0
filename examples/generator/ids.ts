/** Readable keys: the first block tells the kind of record, the last one counts. */

const KIND_PREFIX = {
  owner: '0a000000',
  customer: 'c0000000',
  contact: 'c1000000',
  deal: 'd0000000',
  activity: 'ac000000',
  tag: '7a000000',
  category: 'ca000000',
  product: 'b0000000',
  order: '0d000000',
  order_item: '0e000000',
  review: '5e000000',
  agent: 'a9000000',
  ticket: '71000000',
  response: '72000000',
} as const;

export type RecordKind = keyof typeof KIND_PREFIX;

const SERIAL_DIGITS = 12;

/** Key of the n-th record of a kind, from 1: `recordId('customer', 1)` is `c0000000-0000-4000-8000-000000000001`. */
export function recordId(kind: RecordKind, serial: number): string {
  return `${KIND_PREFIX[kind]}-0000-4000-8000-${String(serial).padStart(SERIAL_DIGITS, '0')}`;
}
