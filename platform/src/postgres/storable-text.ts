/** Texts of others, as they can be stored. */

/** Postgres stores no NUL, so another character is in its place. No JSON contains one. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** The beginning of a text, in UTF-8, without a part of a character. */
export function firstBytes(text: string, bytes: number): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}
