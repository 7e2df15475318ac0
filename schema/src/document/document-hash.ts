import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { AppDocument } from './types.ts';

/** Names a document by what it says: SHA-256 of its canonical JSON, hex. */
export function documentHash(document: AppDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}
