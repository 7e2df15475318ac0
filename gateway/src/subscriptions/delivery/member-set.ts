import { within } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { ReadFor } from '../resolution/ask-graph.ts';
import type { Member } from './member.ts';

/** By what is known now: an answer may show that two who shared what was read see different things. */
export type SeeSame = (a: ReadFor, b: ReadFor) => boolean;

/** Members of a run, found by the record that they want. */
export class MemberSet {
  readonly #seeSame: SeeSame;
  readonly #all = new Set<Member>();
  /** Those who want one record alone. */
  readonly #byKey = new Map<string, Set<Member>>();
  readonly #ofAny = new Set<Member>();

  constructor(seeSame: SeeSame) {
    this.#seeSame = seeSame;
  }

  get size(): number {
    return this.#all.size;
  }

  get first(): Member | undefined {
    return this.#all.values().next().value;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#all.values();
  }

  /** Whether the member sees the same as those who are in it. */
  accept(member: Member): boolean {
    return this.first === undefined || this.#seeSame(this.first, member);
  }

  add(member: Member): void {
    this.#all.add(member);
    if (member.key === null) {
      this.#ofAny.add(member);
      return;
    }
    const ofKey = this.#byKey.get(member.key) ?? new Set<Member>();
    this.#byKey.set(member.key, ofKey.add(member));
  }

  /** Returns whether it was there. */
  delete(member: Member): boolean {
    if (!this.#all.delete(member)) return false;
    this.#ofAny.delete(member);
    const ofKey = member.key === null ? undefined : this.#byKey.get(member.key);
    ofKey?.delete(member);
    if (member.key !== null && ofKey?.size === 0) this.#byKey.delete(member.key);
    return true;
  }

  /** Takes out those who do not see the same as this one. */
  part(of: ReadFor): readonly Member[] {
    const apart = [...this.#all].filter((member) => !this.#seeSame(of, member));
    for (const member of apart) this.delete(member);
    return apart;
  }

  /** Whether somebody wants changes of the record. */
  want(key: string): boolean {
    return this.#ofAny.size > 0 || this.#byKey.has(key);
  }

  *of(key: string): Generator<Member> {
    yield* this.#ofAny;
    yield* this.#byKey.get(key) ?? [];
  }

  /** Resolves when nothing waits for anybody; who takes longer is too slow. */
  async taken(timeoutMs: number): Promise<void> {
    const slow = new RocketError('SUBSCRIBER_TOO_SLOW');
    const taken = [...this.#all].map(({ subscriber }) =>
      within(timeoutMs, subscriber.emptied(), () => subscriber.fail(slow)),
    );
    await Promise.all(taken);
  }

  /** Takes all out. */
  empty(): readonly Member[] {
    const members = [...this.#all];
    this.#all.clear();
    this.#byKey.clear();
    this.#ofAny.clear();
    return members;
  }
}
