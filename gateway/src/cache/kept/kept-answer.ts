import type { Dependencies } from '../freshness/read-moment.ts';

/** An answer that is kept, with what it depends on. */
export interface KeptAnswer extends Dependencies {
  readonly contentType: string;
  readonly body: Buffer;
  /** Unix time in ms. */
  readonly keptAtMs: number;
  readonly expiresAtMs: number;
}

/** What an entry takes up besides its body and tags. */
const OVERHEAD_BYTES = 700;
const BYTES_PER_TAG = 8;

export function sizeOf({ body, tags }: KeptAnswer): number {
  return body.length + tags.length * BYTES_PER_TAG + OVERHEAD_BYTES;
}
