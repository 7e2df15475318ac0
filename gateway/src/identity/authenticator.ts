import { hash } from 'node:crypto';
import { type CatalogSnapshot, isRevoked, readUnverifiedAudience, verifyAccessToken } from '@rocket/platform';
import { type AppName, isAppName, PLATFORM_AUDIENCE, RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ANONYMOUS, type Identity } from './identity.ts';

/** How long a verified token is accepted without being verified again. */
const MAX_CACHED_MS = 15 * 60 * 1_000;
const MAX_CACHED_TOKENS = 10_000;
const MS_PER_SECOND = 1_000;

const appClaims = z.object({
  email: z.string().optional(),
  roles: z.record(z.string(), z.array(z.string())).default({}),
});

export interface Authenticator {
  /**
   * Who sends this Authorization header.
   * @throws RocketError `UNAUTHENTICATED` for anything but a valid token or no header at all.
   */
  authenticate(authorization: string | undefined): Promise<Identity>;
  /** The same, with what tells later whether the token still counts. Null is an anonymous caller. */
  verify(authorization: string | undefined): Promise<VerifiedToken | null>;
  /**
   * True when a token that was verified must not be accepted any more, although it has not expired: its user was
   * revoked after it was issued, or its app is gone or has another secret.
   */
  isRevoked(token: VerifiedToken): boolean;
}

export interface VerifiedToken {
  readonly identity: Identity;
  /** Who issued it: an app, or `platform`. */
  readonly audience: string;
  readonly userId: string;
  /** The secret that verified it. */
  readonly secret: string;
  /** Unix ms. */
  readonly issuedAtMs: number;
  /** Unix ms. */
  readonly expiresAtMs: number;
}

interface AuthenticatorOptions {
  readonly snapshot: () => CatalogSnapshot;
  readonly platformTokenSecret: string;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const verified = new LRUCache<string, VerifiedToken>({ max: MAX_CACHED_TOKENS, ttl: MAX_CACHED_MS });

  function isTokenRevoked(token: VerifiedToken): boolean {
    return secretFor(token.audience, options) !== token.secret || isRevoked(options.snapshot(), token);
  }

  async function verify(authorization: string | undefined): Promise<VerifiedToken | null> {
    const text = bearerToken(authorization);
    if (text === null) return null;
    const key = hash('sha256', text, 'base64url');
    const known = verified.get(key);
    if (known !== undefined && !isTokenRevoked(known)) return known;
    const token = await verifyToken(text, options);
    if (isTokenRevoked(token)) throw new RocketError('UNAUTHENTICATED', 'The access token was revoked');
    const ttl = Math.min(MAX_CACHED_MS, token.expiresAtMs - Date.now());
    if (ttl > 0) verified.set(key, token, { ttl });
    return token;
  }

  return {
    authenticate: async (authorization) => (await verify(authorization))?.identity ?? ANONYMOUS,
    verify,
    isRevoked: isTokenRevoked,
  };
}

/**
 * Refuses tokens of apps that are not accepted here: at an app's own graph those of other apps, at a named graph those
 * of apps outside it. Platform tokens and anonymous callers pass.
 * @throws RocketError `UNAUTHENTICATED` that names the app that issued the token.
 */
export function requireAudience(
  identity: Identity,
  accepts: (issuer: AppName) => boolean,
  place: string,
): void {
  if (identity.kind !== 'app' || accepts(identity.app)) return;
  throw new RocketError(
    'UNAUTHENTICATED',
    `The access token was issued for app ${identity.app}, not for ${place}`,
  );
}

/** An empty header counts as absent: tools send one when a field was left blank. */
function bearerToken(authorization: string | undefined): string | null {
  const text = authorization?.trim() ?? '';
  if (text === '') return null;
  const token = /^Bearer +(\S+)$/i.exec(text)?.[1];
  if (token !== undefined) return token;
  throw new RocketError('UNAUTHENTICATED', 'The Authorization header must be "Bearer" and an access token');
}

async function verifyToken(token: string, options: AuthenticatorOptions): Promise<VerifiedToken> {
  const audience = readUnverifiedAudience(token);
  const secret = audience === null ? null : secretFor(audience, options);
  if (audience === null || secret === null) {
    throw new RocketError('UNAUTHENTICATED', 'The access token is malformed or was not issued here');
  }
  const claims = await verifyAccessToken({ token, secret, audience });
  return {
    ...{ audience, secret, userId: claims.sub, identity: identityOf(audience, claims) },
    issuedAtMs: Math.round(claims.iat * MS_PER_SECOND),
    expiresAtMs: claims.exp * MS_PER_SECOND,
  };
}

function secretFor(audience: string, options: AuthenticatorOptions): string | null {
  if (audience === PLATFORM_AUDIENCE) return options.platformTokenSecret;
  if (!isAppName(audience)) return null;
  return options.snapshot().apps.get(audience)?.tokenSecret ?? null;
}

function identityOf(audience: string, claims: { readonly sub: string }): Identity {
  const parsed = appClaims.safeParse(claims);
  if (!parsed.success) {
    throw new RocketError('UNAUTHENTICATED', 'The access token has claims of a wrong form', {
      cause: parsed.error,
    });
  }
  const { email = null, roles } = { email: undefined, ...parsed.data };
  if (audience === PLATFORM_AUDIENCE) return { kind: 'platform', userId: claims.sub, email };
  if (!isAppName(audience)) throw new RocketError('UNAUTHENTICATED');
  return { kind: 'app', app: audience, userId: claims.sub, email, roles };
}
