/**
 * Texts that leave the installation and come back, such as tokens that callers keep for us: anybody can read them, and
 * nobody can make or change one.
 */
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;
/** Half of a SHA-256: nobody guesses 128 bits, and the texts are headers. */
const MARK_BYTES = 16;

/** Signs texts of one kind: `base64url(text).base64url(mark)`. */
export interface TextSigner {
  sign(text: string): string;
  /** The text, or null unless it was signed for this kind with this key, and not changed by a single character. */
  open(signed: string): string | null;
}

/**
 * @param kind what the texts are; those of one kind are nothing to the signers of all others, as the key is derived from
 * both
 */
export function createTextSigner(key: string, kind: string): TextSigner {
  const secret = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', kind, KEY_BYTES)));
  const markOf = (encoded: string) =>
    createHmac('sha256', secret).update(encoded).digest().subarray(0, MARK_BYTES).toString('base64url');
  return {
    sign(text) {
      const encoded = Buffer.from(text).toString('base64url');
      return `${encoded}.${markOf(encoded)}`;
    },
    open(signed) {
      const [encoded, mark, rest] = signed.split('.');
      if (encoded === undefined || mark === undefined || rest !== undefined) return null;
      // Compared as text: several texts are the same bytes in base64url.
      const [given, expected] = [Buffer.from(mark), Buffer.from(markOf(encoded))];
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return Buffer.from(encoded, 'base64url').toString('utf8');
    },
  };
}
