/** What is sent to the receivers of webhooks: one delivery for each webhook and event. */
import { createHash } from 'node:crypto';
import { uuidText } from '../values/uuid.ts';

/**
 * - `pending`: it was not sent yet.
 * - `retrying`: it failed, and is sent again.
 * - `delivered`: the receiver has accepted it.
 * - `failed`: it is not sent any more, unless somebody asks for it.
 */
export const DELIVERY_STATUSES = ['pending', 'retrying', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What has caused a delivery: a hook of an entity, an action of a transition or of a workflow, or somebody's test. */
export const DELIVERY_EVENTS = ['after_write', 'after_delete', 'transition', 'workflow', 'test'] as const;
export type DeliveryEvent = (typeof DELIVERY_EVENTS)[number];

/** Why an endpoint gets nothing. */
export const DISABLED_REASONS = ['gone', 'failing', 'admin'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/**
 * A UUID that is always the same for the same cause, so that what is found twice is sent under one id. Ids are in the order
 * of the times of their events.
 * @param at ISO 8601
 * @param cause names what is delivered among everything there is
 */
export function deliveryId(at: string, cause: string): string {
  const hash = createHash('sha256').update(cause).digest();
  hash.writeUIntBE(Date.parse(at), 0, 6);
  // A time in ms, and a rest that is random to others.
  return uuidOf(hash, 7);
}

/** Of an event, for the payload: all that is sent about it has it in common. */
export function idempotencyKey(event: string): string {
  const hash = createHash('sha256').update(event).digest();
  return `wh_${uuidOf(hash, 8)}`;
}

/** The smallest id of a delivery of this time or later. */
export function firstDeliveryId(at: Date): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  return hyphenated(bytes);
}

function uuidOf(hash: Buffer, version: 7 | 8): string {
  hash[6] = ((hash[6] ?? 0) & 0x0f) | (version << 4);
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hyphenated(hash);
}

function hyphenated(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** In lower case; null for what is no id of a delivery. */
export function readDeliveryId(text: string): string | null {
  return uuidText(text);
}
