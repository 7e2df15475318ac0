/**
 * Cursors: a position in one order of one entity's records. Opaque to clients, but not secret: a cursor holds the sort
 * keys' values, which the client has read or could have. It names its order, so that it cannot be used with another.
 * base64url of the JSON array `[order name, value, ...]`, values as Postgres prints them; the statement makes it.
 */
import { type EntityModel, RocketError, type SortKey, textProblem } from '@rocket/schema';
import type { KeysetPosition } from '../sql/order-sql.ts';

/** A cursor contains the sort keys' values, and a text may be long. Longer texts cannot be used to order pages. */
const MAX_CURSOR_LENGTH = 1_000_000;

/** @throws RocketError `BAD_CURSOR` */
export function decodeCursor(entity: EntityModel, order: readonly SortKey[], cursor: string): KeysetPosition {
  const parts = parseParts(cursor);
  const [name, ...position] = parts;
  if (name !== orderName(entity, order)) {
    throw new RocketError('BAD_CURSOR', 'The cursor belongs to another list or another order');
  }
  if (position.length !== order.length || !position.every(isPositionPart)) throw malformed();
  if (position.some((part, index) => part === null && !isNullable(order[index]))) throw malformed();
  return position.filter(isPositionPart);
}

/** Names an order of an entity's records: `order:customer.name+placed_at-id+`. */
export function orderName(entity: EntityModel, order: readonly SortKey[]): string {
  const keys = order.map((key) => {
    const path = [...key.via.map((step) => step.link.graphqlName), key.field.name].join('.');
    return `${path}${key.descending ? '-' : '+'}`;
  });
  return `${entity.name}:${keys.join('')}`;
}

function isNullable(key: SortKey | undefined): boolean {
  return key !== undefined && (key.field.nullable || key.via.length > 0);
}

function parseParts(cursor: string): readonly unknown[] {
  if (cursor.length > MAX_CURSOR_LENGTH) throw malformed();
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts)) return parts;
  } catch (cause) {
    throw new RocketError('BAD_CURSOR', 'The cursor is malformed', { cause });
  }
  throw malformed();
}

/** The column's type decides what a text means, and half of a surrogate pair is refused where values are bound. */
function isPositionPart(part: unknown): part is string | null {
  return part === null || (typeof part === 'string' && textProblem(part) !== 'nul');
}

function malformed(): RocketError {
  return new RocketError('BAD_CURSOR', 'The cursor is malformed');
}
