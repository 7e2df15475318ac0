/**
 * What a receiver asks for with `Retry-After`, in ms: a number of seconds, or a date. 0 for none, one that is past, and one
 * that cannot be read.
 */
export function retryAfterMs(header: string | null, now: Date): number {
  if (header === null) return 0;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
