/** Characters of an offending value that a message repeats. */
const MAX_SHOWN_CHARACTERS = 80;

/** A value as a message shows it: JSON, cut when long. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}...`;
}
