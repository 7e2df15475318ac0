import { hash } from 'node:crypto';
import { type CatalogSnapshot, readUnverifiedAudience, verifyAccessToken } from '@rocket/platform';
import { type AppName, isAppName, PLATFORM_AUDIENCE, RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ANONYMOUS, type Identity } from './identity.ts';

/** How long a verified token is accepted without being verified again. */
const MAX_CACHED_MS = 15 * 60 * 1_000;
const MAX_CACHED_TOKENS = 10_000;

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
}

interface Verified {
  readonly identity: Identity;
  /** The secret that verified it: a token also becomes invalid when its app's secret changes. */
  readonly secret: string;
}

export function createAuthenticator(options: {
  snapshot: () => CatalogSnapshot;
  platformTokenSecret: string;
}): Authenticator {
  const verified = new LRUCache<string, Verified>({ max: MAX_CACHED_TOKENS, ttl: MAX_CACHED_MS });
  return {
    async authenticate(authorization) {
      const token = bearerToken(authorization);
      if (token === null) return ANONYMOUS;
      const key = hash('sha256', token, 'base64url');
      const known = verified.get(key);
      if (known !== undefined && secretFor(audienceOf(known.identity), options) === known.secret)
        return known.identity;
      const audience = readUnverifiedAudience(token);
      const secret = audience === null ? null : secretFor(audience, options);
      if (audience === null || secret === null) {
        throw new RocketError('UNAUTHENTICATED', 'The access token is malformed or was not issued here');
      }
      const claims = await verifyAccessToken({ token, secret, audience });
      const identity = identityOf(audience, claims);
      const ttl = Math.min(MAX_CACHED_MS, claims.exp * 1_000 - Date.now());
      if (ttl > 0) verified.set(key, { identity, secret }, { ttl });
      return identity;
    },
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

function secretFor(
  audience: string | null,
  options: { snapshot: () => CatalogSnapshot; platformTokenSecret: string },
): string | null {
  if (audience === PLATFORM_AUDIENCE) return options.platformTokenSecret;
  if (audience === null || !isAppName(audience)) return null;
  return options.snapshot().apps.get(audience)?.tokenSecret ?? null;
}

function audienceOf(identity: Identity): string | null {
  if (identity.kind === 'anonymous') return null;
  return identity.kind === 'platform' ? PLATFORM_AUDIENCE : identity.app;
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
