/** What is kept of the body of an answer. */

const MAX_STORED_BYTES = 4_096;

/** Its beginning. Postgres stores no NUL. */
export function storedResponse(body: string): string {
  const start = new TextDecoder().decode(Buffer.from(body).subarray(0, MAX_STORED_BYTES), { stream: true });
  return start.replaceAll('\0', '\uFFFD');
}
