import { RocketError } from '@rocket/schema';
import type { StreamSession } from '../identity/stream-sessions.ts';

/** Node's timers with a longer delay fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Tells, once, when a session ends: its token expires or was revoked. */
export class SessionWatch {
  readonly #onEnd: (error: RocketError) => void;
  #session: StreamSession;
  #timer: NodeJS.Timeout | undefined;

  /** @param onEnd is given an error UNAUTHENTICATED; never called before this constructor has returned */
  constructor(session: StreamSession, onEnd: (error: RocketError) => void) {
    this.#session = session;
    this.#onEnd = onEnd;
    this.#wait();
  }

  get session(): StreamSession {
    return this.#session;
  }

  /** Goes on with a newer token. */
  renew(session: StreamSession): void {
    clearTimeout(this.#timer);
    this.#session = session;
    this.#wait();
  }

  /** Something was revoked: looks whether it was this session. */
  check(): void {
    if (this.#session.isRevoked()) this.#end('The access token was revoked');
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const { expiresAtMs } = this.#session;
    if (expiresAtMs === null) return;
    const leftMs = Math.max(0, expiresAtMs - Date.now());
    this.#timer = setTimeout(() => this.#look(), Math.min(leftMs, MAX_TIMER_MS));
  }

  #look(): void {
    const { expiresAtMs } = this.#session;
    if (expiresAtMs !== null && expiresAtMs > Date.now()) this.#wait();
    else this.#end('The access token has expired');
  }

  #end(message: string): void {
    this.close();
    this.#onEnd(new RocketError('UNAUTHENTICATED', message));
  }
}
