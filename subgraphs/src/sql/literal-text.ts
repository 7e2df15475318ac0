/**
 * A text constant of ours inside a statement: names of response keys, of enum members, of units. Never a caller's value;
 * those are bound. Written so that no setting of the server changes its meaning.
 */
export function literalText(text: string): string {
  const escaped = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`;
}
