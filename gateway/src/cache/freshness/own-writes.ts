/** Waits until what was written through this gateway has come back to it on the stream. */
import { within } from '@rocket/platform';
import { eventMessageId, type Lsn, type Placed } from '@rocket/schema';

/** An event that was applied. */
export interface AppliedEvent {
  readonly at: Placed;
  readonly position: number;
  readonly lsn: Lsn | null;
}

/** Events that came before the answer of their write; they usually come within a few ms of each other. */
const MAX_REMEMBERED = 50_000;

export class OwnWrites {
  readonly #now: () => number;
  /** By message id, in order of arrival. */
  readonly #applied = new Map<string, AppliedEvent>();
  readonly #waiting = new Map<string, PromiseWithResolvers<AppliedEvent>>();
  /** When an app's events were last waited for in vain. Not which: they need not ever come, and can be any number. */
  readonly #missedAtMs = new Map<string, number>();

  /** @param now the clock of the follower of events, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** An event was applied. */
  applied(id: string, event: AppliedEvent): void {
    this.#applied.set(id, event);
    for (const [oldest] of this.#applied) {
      if (this.#applied.size <= MAX_REMEMBERED) break;
      this.#applied.delete(oldest);
    }
    this.#waiting.get(id)?.resolve(event);
    this.#waiting.delete(id);
  }

  /**
   * Resolves with the last of the events once all are applied; with null after `timeoutMs`. From then on the app counts as
   * missing them until all that was committed before is known to be applied.
   * @param events ids, as the shard told them
   */
  async wait(at: Placed, events: readonly string[], timeoutMs: number): Promise<AppliedEvent | null> {
    const ids = events.map((id) => eventMessageId({ ...at, id }));
    const arrivals = ids.map((id) => this.#applied.get(id) ?? this.#arrival(id));
    const all = await within(timeoutMs, Promise.all(arrivals), () => null);
    if (all !== null) return all.reduce((last, event) => (event.position > last.position ? event : last));
    for (const id of ids) this.#waiting.delete(id);
    this.#missedAtMs.set(keyOf(at), this.#now());
    return null;
  }

  /**
   * Whether something was written here that was waited for in vain, and may not have come back since.
   * @param provenAtMs everything that was committed to the app before this time is applied
   */
  isMissing(at: Placed, provenAtMs: number): boolean {
    if (this.#missedAtMs.size === 0) return false;
    const key = keyOf(at);
    const missedAtMs = this.#missedAtMs.get(key);
    if (missedAtMs === undefined) return false;
    if (provenAtMs <= missedAtMs) return true;
    this.#missedAtMs.delete(key);
    return false;
  }

  /** All that was kept is dropped, so that nothing can be older than a write of before. */
  reset(): void {
    this.#missedAtMs.clear();
    this.#applied.clear();
  }

  #arrival(id: string): Promise<AppliedEvent> {
    const waiting = this.#waiting.get(id) ?? Promise.withResolvers<AppliedEvent>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }
}

function keyOf({ app, epoch }: Placed): string {
  return `${app}@${epoch}`;
}
