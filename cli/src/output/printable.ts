/** Keys, values, messages and names of users are anybody's text, which a terminal must not take for commands. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}
