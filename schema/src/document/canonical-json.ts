/**
 * JSON text with sorted keys: equal values have equal text, however they were written. Undefined members are left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? sortedMembers(member) : member,
  );
}

function sortedMembers(object: object): object {
  const entries = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
