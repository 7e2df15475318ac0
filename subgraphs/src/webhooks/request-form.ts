/** Forms of requests as they are kept: each once, by a hash of it. */
import { createHash } from 'node:crypto';
import type { RequestForm } from '@rocket/schema';

/** @returns the JSON of the form, and what it is found by */
export function storedForm({ method, headers, retry }: RequestForm): { hash: string; json: string } {
  const json = JSON.stringify({ method, headers, retry });
  return { hash: createHash('sha256').update(json).digest('base64url'), json };
}
