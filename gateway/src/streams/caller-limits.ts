import { RocketError } from '@rocket/schema';
import { type Identity, userOf } from '../identity/identity.ts';
import type { StreamSettings } from './stream-settings.ts';

/** Whose connections and subscriptions are counted together. */
export interface StreamCaller {
  readonly identity: Identity;
  /** Where callers without a token are counted; see `caller-address.ts`. */
  readonly address: string;
}

type Counted = 'arrivals' | 'connections' | 'subscriptions';

/** Gives back what was taken; does nothing the second time. */
export type Release = () => void;

/** Bounds what each caller has open in this process, so that one of them cannot use up what is there for all. */
export class CallerLimits {
  readonly #settings: StreamSettings;
  readonly #counts = new Map<string, number>();

  constructor(settings: StreamSettings) {
    this.#settings = settings;
  }

  /** Takes one more for the caller. @throws RocketError `TOO_MANY_REQUESTS` */
  take(counted: Counted, caller: StreamCaller): Release {
    const key = `${counted}:${callerKey(caller)}`;
    const count = this.#counts.get(key) ?? 0;
    const most = this.#most(counted, caller);
    if (count >= most) {
      const what = counted === 'arrivals' ? 'connections' : counted;
      throw new RocketError('TOO_MANY_REQUESTS', `There are ${most} open ${what} of this caller already`);
    }
    this.#counts.set(key, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#counts.get(key) ?? 0) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }

  #most(counted: Counted, { identity }: StreamCaller): number {
    const settings = this.#settings;
    const isAnonymous = identity.kind === 'anonymous';
    switch (counted) {
      case 'arrivals':
        return settings.maxArrivalsPerAddress;
      case 'connections':
        return isAnonymous ? settings.maxConnectionsPerAddress : settings.maxConnectionsPerUser;
      case 'subscriptions':
        return isAnonymous ? settings.maxSubscriptionsPerAddress : settings.maxSubscriptionsPerUser;
    }
  }
}

/** Equal for callers who are counted together. */
export function callerKey({ identity, address }: StreamCaller): string {
  return identity.kind === 'anonymous' ? `address:${address}` : userOf(identity).join(':');
}

/** True when both are the same user, whatever their rights. */
export function isSameUser(one: Identity, other: Identity): boolean {
  return userOf(one).join(':') === userOf(other).join(':');
}
