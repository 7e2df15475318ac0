import { createHash, randomBytes } from 'node:crypto';

const REFRESH_TOKEN_BYTES = 32;

/** How long a refresh token can be used; each use gives a new one with a new term. */
export const REFRESH_TOKEN_TTL_SECONDS = 7 * 24 * 3_600;

/** 256 random bits, as text for a URL or a cookie. */
export function createRefreshToken(): string {
  return randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
}

/** What is stored, hex. Plain SHA-256 is enough: there is nothing to guess in 256 random bits. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
