/** The last consistency tokens, each with the versions that its bearer must see. */
import type { AppKey } from './checked-apps.ts';
import type { Chance } from './seeded-random.ts';

export type Least = Readonly<Partial<Record<AppKey, number>>>;

export interface SeenToken {
  readonly token: string;
  readonly least: Least;
}

const KEPT = 4;

export class Tokens {
  #kept: readonly SeenToken[] = [];

  /** @param before the token that was sent along, whose versions the new one holds too */
  add(token: string | null, written: Least, before: SeenToken | null): void {
    if (token === null) return;
    const least = { ...before?.least, ...written };
    this.#kept = [...this.#kept, { token, least }].slice(-KEPT);
  }

  /** The newest as often as not, as it asks for most; null when there is none. */
  pick(chance: Chance): SeenToken | null {
    return chance.isIn(0.5) ? (this.#kept.at(-1) ?? null) : chance.oneOf(this.#kept);
  }
}
