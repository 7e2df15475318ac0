/**
 * Cursors: a position in one order of one entity's records. Opaque to clients, but not secret: it holds the sort keys'
 * values, which the client has read or could have. It names its order, so that it cannot be used with another.
 */
import { type EntityModel, RocketError, type SortKey } from '@rocket/schema';
import type { KeysetPosition } from '../sql/order-sql.ts';

/** A cursor holds the sort keys' values, and a text may be long. What is longer cannot be ordered by in pages. */
const MAX_CURSOR_LENGTH = 1_000_000;

export function encodeCursor(
  entity: EntityModel,
  order: readonly SortKey[],
  position: KeysetPosition,
): string {
  return Buffer.from(JSON.stringify([orderName(entity, order), ...position])).toString('base64url');
}

/** @throws RocketError `BAD_CURSOR` */
export function decodeCursor(entity: EntityModel, order: readonly SortKey[], cursor: string): KeysetPosition {
  const parts = parseParts(cursor);
  const [name, ...position] = parts;
  if (name !== orderName(entity, order)) {
    throw new RocketError('BAD_CURSOR', 'The cursor belongs to another list or another order');
  }
  if (position.length !== order.length || !position.every(isPositionPart)) throw malformed();
  if (position.some((part, index) => part === null && order[index]?.field.nullable !== true))
    throw malformed();
  return position.filter(isPositionPart);
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

function isPositionPart(part: unknown): part is string | null {
  return part === null || (typeof part === 'string' && !part.includes('\0'));
}

function orderName(entity: EntityModel, order: readonly SortKey[]): string {
  return `${entity.name}:${order.map((key) => `${key.field.name}${key.descending ? '-' : '+'}`).join('')}`;
}

function malformed(): RocketError {
  return new RocketError('BAD_CURSOR', 'The cursor is malformed');
}
