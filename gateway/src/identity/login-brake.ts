import { RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';

/** Failed logins of one account after which it has to pause. */
const MAX_FAILURES = 10;
const WINDOW_MS = 15 * 60 * 1_000;
/** Accounts remembered; the least recently tried are forgotten first. */
const MAX_ACCOUNTS = 50_000;
/** Most logins in progress in this process. Each costs tens of ms of CPU on purpose, and strangers can start them. */
const MAX_UNDER_WAY = 64;

interface Failures {
  readonly count: number;
  readonly untilMs: number;
}

/** Slows the guessing of passwords, per app and e-mail, in this process. */
export class LoginBrake {
  readonly #failures = new LRUCache<string, Failures>({
    max: MAX_ACCOUNTS,
    ttl: WINDOW_MS,
    noUpdateTTL: true,
  });
  /** Logins in progress per account, so that guesses sent at once count like guesses one after another. */
  readonly #underWay = new Map<string, Set<Promise<void>>>();
  #count = 0;

  /**
   * Runs `login` and counts it if it fails with `UNAUTHENTICATED`.
   * @throws RocketError `TOO_MANY_REQUESTS` with the seconds to wait, or what `login` throws
   */
  async run<T>(app: string | null, email: string, login: () => Promise<T>): Promise<T> {
    if (this.#count >= MAX_UNDER_WAY) {
      throw tooMany('Too many logins at the moment; try again in a second', 1);
    }
    const key = accountKey(app, email);
    this.#count += 1;
    let leave: () => void = () => undefined;
    try {
      leave = await this.#enter(key);
      const result = await login();
      this.#failures.delete(key);
      return result;
    } catch (error) {
      if (error instanceof RocketError && error.code === 'UNAUTHENTICATED') this.#failed(key);
      throw error;
    } finally {
      leave();
      this.#count -= 1;
    }
  }

  /**
   * Waits while the logins in progress could use up the remaining attempts if all of them failed. Returns the function
   * to call at the end.
   */
  async #enter(key: string): Promise<() => void> {
    for (;;) {
      const failures = this.#failures.get(key);
      if (failures !== undefined && failures.count >= MAX_FAILURES) {
        const seconds = Math.max(1, Math.ceil((failures.untilMs - Date.now()) / 1_000));
        throw tooMany('Too many failed logins; try again later', seconds);
      }
      const underWay = this.#underWay.get(key) ?? new Set<Promise<void>>();
      // Counted in the same tick as the check, so that no other login is admitted in between.
      if ((failures?.count ?? 0) + underWay.size < MAX_FAILURES) return this.#register(key, underWay);
      await Promise.race(underWay);
    }
  }

  #register(key: string, underWay: Set<Promise<void>>): () => void {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#underWay.set(key, underWay.add(ended));
    return () => {
      underWay.delete(ended);
      if (underWay.size === 0) this.#underWay.delete(key);
      end();
    };
  }

  #failed(key: string): void {
    const { count, untilMs } = this.#failures.get(key) ?? { count: 0, untilMs: Date.now() + WINDOW_MS };
    this.#failures.set(key, { count: count + 1, untilMs });
  }
}

function tooMany(message: string, retryAfterSeconds: number): RocketError {
  return new RocketError('TOO_MANY_REQUESTS', message, { details: { retryAfterSeconds } });
}

/** E-mail addresses are compared as the user tables do: trimmed, without case. */
function accountKey(app: string | null, email: string): string {
  return JSON.stringify([app, email.trim().toLowerCase()]);
}
