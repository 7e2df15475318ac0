/**
 * A text constant of ours inside a statement: names of response keys, of enum members, of units, and the defaults of
 * columns. Never a caller's value; those are bound. Backslashes make it an escape string, since a server may run with
 * `standard_conforming_strings` off, where they would be read as escapes in a plain one.
 */
export function literalText(text: string): string {
  const escaped = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`;
}
