import { RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';

/** Failed logins of one account after which it has to pause. */
const MAX_FAILURES = 10;
const WINDOW_MS = 15 * 60 * 1_000;
/** Accounts remembered; the least recently tried are forgotten first. */
const MAX_ACCOUNTS = 50_000;

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

  /** @throws RocketError `TOO_MANY_REQUESTS` with the seconds to wait */
  check(app: string | null, email: string): void {
    const failures = this.#failures.get(accountKey(app, email));
    if (failures === undefined || failures.count < MAX_FAILURES) return;
    const retryAfterSeconds = Math.max(1, Math.ceil((failures.untilMs - Date.now()) / 1_000));
    throw new RocketError('TOO_MANY_REQUESTS', 'Too many failed logins; try again later', {
      details: { retryAfterSeconds },
    });
  }

  failed(app: string | null, email: string): void {
    const key = accountKey(app, email);
    const { count, untilMs } = this.#failures.get(key) ?? { count: 0, untilMs: Date.now() + WINDOW_MS };
    this.#failures.set(key, { count: count + 1, untilMs });
  }

  succeeded(app: string | null, email: string): void {
    this.#failures.delete(accountKey(app, email));
  }
}

/** E-mail addresses are compared as the user tables do: trimmed, without case. */
function accountKey(app: string | null, email: string): string {
  return JSON.stringify([app, email.trim().toLowerCase()]);
}
