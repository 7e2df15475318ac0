/**
 * Freezes a value and all that its properties, lists and maps hold, functions too. The maps themselves are read-only by
 * type alone, and so is what a function has closed over.
 */
export function deepFreeze<T>(value: T): T {
  const isHeld = typeof value === 'object' || typeof value === 'function';
  if (!isHeld || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (value instanceof Map) for (const member of value.values()) deepFreeze(member);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
