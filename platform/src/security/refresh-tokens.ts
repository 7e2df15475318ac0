import { createHash, randomBytes } from 'node:crypto';

const REFRESH_TOKEN_BYTES = 32;

/** How long a refresh token can be used; each use returns a new one with a new term. */
export const REFRESH_TOKEN_TTL_SECONDS = 7 * 24 * 3_600;

/** 256 random bits, as text for a URL or a cookie. */
export function createRefreshToken(): string {
  return randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
}

/** The stored form, hex. Plain SHA-256 is enough, because 256 random bits cannot be guessed. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
