import {
  ACCESS_TOKEN_TTL_SECONDS,
  type Catalog,
  type CatalogView,
  signAccessToken,
  TOKEN_ISSUER,
} from '@rocket/platform';
import {
  type AppName,
  isAppName,
  PLATFORM_AUDIENCE,
  type Placement,
  RocketError,
  type ShardUsers,
  type UserSession,
} from '@rocket/schema';
import type { ShardCaller } from '../execution/call-shard.ts';

const SHARD_TIMEOUT_MS = 10_000;

/** What a login or refresh answers. */
interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/**
 * Sessions of app users, kept by the app's shard, and of platform users, kept by the catalog. App null is the platform.
 */
export interface Sessions {
  /** @throws RocketError `UNAUTHENTICATED` for a wrong password, an unknown user and an unknown app alike */
  login(app: string | null, input: { email: string; password: string }): Promise<TokenPair>;
  /** @throws RocketError `UNAUTHENTICATED` */
  refresh(app: string | null, refreshToken: string): Promise<TokenPair>;
  logout(app: string | null, refreshToken: string): Promise<void>;
}

export interface SessionParts {
  readonly catalog: Catalog;
  readonly view: CatalogView;
  readonly shards: ShardCaller;
  readonly platformTokenSecret: string;
}

export function createSessions(parts: SessionParts): Sessions {
  const { catalog, platformTokenSecret } = parts;
  return {
    async login(app, input) {
      const issuedAtMs = Date.now();
      if (app === null) {
        const session = await catalog.platformUsers.login(input);
        return await platformTokens({ secret: platformTokenSecret, session, issuedAtMs });
      }
      const { name, secret } = knownApp(parts, app, 'Wrong e-mail or password');
      const session = await atShard(parts, name, (users, at) => users.login(at, input));
      return await appTokens({ app: name, secret, session, issuedAtMs });
    },
    async refresh(app, refreshToken) {
      const issuedAtMs = Date.now();
      if (app === null) {
        const session = await catalog.platformUsers.refresh(refreshToken);
        return await platformTokens({ secret: platformTokenSecret, session, issuedAtMs });
      }
      const { name, secret } = knownApp(parts, app, 'The refresh token is not valid');
      const session = await atShard(parts, name, (users, at) => users.refresh(at, { refreshToken }));
      return await appTokens({ app: name, secret, session, issuedAtMs });
    },
    async logout(app, refreshToken) {
      if (app === null) return await catalog.platformUsers.logout(refreshToken);
      const record = isAppName(app) ? parts.view.current.apps.get(app) : undefined;
      if (record !== undefined)
        await atShard(parts, record.name, (users, at) => users.logout(at, { refreshToken }));
    },
  };
}

/** An unknown app gets the error of wrong credentials: strangers must not learn which apps exist. */
function knownApp(parts: SessionParts, app: string, message: string): { name: AppName; secret: string } {
  const record = isAppName(app) ? parts.view.current.apps.get(app) : undefined;
  if (record === undefined) throw new RocketError('UNAUTHENTICATED', message);
  return { name: record.name, secret: record.tokenSecret };
}

function atShard<T>(
  parts: SessionParts,
  app: AppName,
  use: (users: ShardUsers, at: Placement) => Promise<T>,
): Promise<T> {
  // Every call is a write: it makes, consumes or ends a refresh token.
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + SHARD_TIMEOUT_MS } as const;
  return parts.shards.call(call, (service, placement) => use(service.users, placement));
}

/** What is signed, and Unix ms before the credentials were checked. */
interface Issue<Session> {
  readonly secret: string;
  readonly session: Session;
  readonly issuedAtMs: number;
}

async function appTokens(input: Issue<UserSession> & { readonly app: AppName }): Promise<TokenPair> {
  const { user, refreshToken } = input.session;
  const accessToken = await signAccessToken({
    secret: input.secret,
    issuer: TOKEN_ISSUER,
    audience: input.app,
    subject: user.id,
    claims: { email: user.email, roles: user.roles },
    ttlSeconds: ACCESS_TOKEN_TTL_SECONDS,
    issuedAtMs: input.issuedAtMs,
  });
  return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_TTL_SECONDS };
}

async function platformTokens(
  input: Issue<Awaited<ReturnType<Catalog['platformUsers']['login']>>>,
): Promise<TokenPair> {
  const { user, refreshToken } = input.session;
  const accessToken = await signAccessToken({
    secret: input.secret,
    issuer: TOKEN_ISSUER,
    audience: PLATFORM_AUDIENCE,
    subject: user.id,
    claims: { email: user.email },
    ttlSeconds: ACCESS_TOKEN_TTL_SECONDS,
    issuedAtMs: input.issuedAtMs,
  });
  return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_TTL_SECONDS };
}
