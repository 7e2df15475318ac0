import type { GraphKey } from '../../graphs/graph-key.ts';
import type { Identity } from '../../identity/identity.ts';
import type { StreamSession } from '../../identity/stream-sessions.ts';
import { type CallerLimits, isSameUser, type Release } from '../caller-limits.ts';
import { CLOSE_CODES, type Closing, closingFor } from '../close-codes.ts';
import { SessionWatch } from '../session-watch.ts';
import type { StreamParts } from '../stream-parts.ts';
import { authorizationOf } from './connection-params.ts';

export interface ConnectionSessionOptions {
  readonly parts: StreamParts;
  readonly limits: CallerLimits;
  readonly key: GraphKey;
  readonly address: string;
  /** Gives back what the connection has taken until it is known whose it is. */
  readonly arrived: Release;
  /** The header of the request that opened the connection, for clients that can set one. */
  readonly authorization: string | undefined;
  readonly requestId: string;
  /** The connection must not go on. */
  readonly onEnd: (closing: Closing) => void;
}

/** Who is at the other end of a WebSocket, from the first `connection_init`, and for how long. */
export class ConnectionSession {
  readonly #options: ConnectionSessionOptions;
  #watch: SessionWatch | null = null;
  #taken: Release;
  #isRenewing = false;
  #isClosed = false;

  constructor(options: ConnectionSessionOptions) {
    this.#options = options;
    this.#taken = options.arrived;
  }

  /** Null before the first `connection_init` was accepted. */
  get identity(): Identity | null {
    return this.#watch?.session.identity ?? null;
  }

  /** @returns false when the connection may not be used, after `onEnd` */
  async begin(params: unknown): Promise<boolean> {
    return await this.#orEnd(async () => {
      const session = await this.#open(params);
      const { limits, address } = this.#options;
      const release = limits.take('connections', { identity: session.identity, address });
      this.#taken();
      this.#taken = release;
      this.#watch = new SessionWatch(session, (error) => {
        this.#options.onEnd({ code: CLOSE_CODES.tokenEnded, reason: error.message });
      });
      // It may have been revoked before anybody listened.
      this.check();
    });
  }

  /** Goes on with another token of the same user. @returns false when it cannot, after `onEnd` */
  async renew(params: unknown): Promise<boolean> {
    if (this.#isRenewing) return this.#refuse(CLOSE_CODES.tooManyInits, 'The last one is not answered yet');
    this.#isRenewing = true;
    try {
      return await this.#orEnd(async () => {
        const session = await this.#open(params);
        const before = this.identity;
        if (before === null || !isSameUser(before, session.identity)) {
          return void this.#refuse(CLOSE_CODES.forbidden, 'The token is of another user');
        }
        if (!hasSameRights(before, session.identity)) {
          return void this.#refuse(CLOSE_CODES.tokenEnded, 'The rights of the user have changed');
        }
        this.#watch?.renew(session);
        this.check();
      });
    } finally {
      this.#isRenewing = false;
    }
  }

  check(): void {
    this.#watch?.check();
  }

  close(): void {
    this.#isClosed = true;
    this.#watch?.close();
    this.#taken();
  }

  async #open(params: unknown): Promise<StreamSession> {
    const { parts, key, authorization } = this.#options;
    const session = await parts.sessions.open(authorizationOf(params) ?? authorization);
    parts.requireAudience(session.identity, key);
    return session;
  }

  async #orEnd(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
    } catch (error) {
      const { parts, requestId } = this.#options;
      const closing = closingFor(error);
      if (closing.code === CLOSE_CODES.fault) {
        parts.logger.error({ err: error, requestId }, 'a session of a WebSocket could not be opened');
      }
      this.#options.onEnd(closing);
    }
    // The peer may have gone meanwhile, and then nobody else would give back what was taken.
    if (this.#isClosed) this.close();
    return !this.#isClosed;
  }

  #refuse(code: number, reason: string): false {
    this.#options.onEnd({ code, reason });
    return false;
  }
}

/** Subscriptions that are open go on with the rights with which they were begun. */
function hasSameRights(one: Identity, other: Identity): boolean {
  return JSON.stringify(rightsOf(one)) === JSON.stringify(rightsOf(other));
}

function rightsOf(identity: Identity): unknown {
  if (identity.kind === 'anonymous') return null;
  if (identity.kind === 'platform') return identity.email;
  const roles = Object.entries(identity.roles).map(([app, names]) => [app, ...[...names].sort()]);
  return [identity.email, roles.sort(([one = ''], [other = '']) => (one < other ? -1 : 1))];
}
