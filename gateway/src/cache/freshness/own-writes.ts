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
  /** By message id, in order of arrival. */
  readonly #applied = new Map<string, AppliedEvent>();
  readonly #waiting = new Map<string, PromiseWithResolvers<AppliedEvent>>();
  /** Of each app the messages that were waited for in vain. */
  readonly #missing = new Map<string, Set<string>>();

  /** An event was applied. */
  applied(id: string, event: AppliedEvent): void {
    this.#applied.set(id, event);
    for (const [oldest] of this.#applied) {
      if (this.#applied.size <= MAX_REMEMBERED) break;
      this.#applied.delete(oldest);
    }
    this.#waiting.get(id)?.resolve(event);
    this.#waiting.delete(id);
    this.#found(event.at, id);
  }

  /**
   * Resolves with the last of the events once all are applied; with null after `timeoutMs`. From then on the app counts as
   * missing events until they come.
   * @param events ids, as the shard told them
   */
  async wait(at: Placed, events: readonly string[], timeoutMs: number): Promise<AppliedEvent | null> {
    const ids = events.map((id) => eventMessageId({ ...at, id }));
    const arrivals = ids.map((id) => this.#applied.get(id) ?? this.#arrival(id));
    const all = await within(timeoutMs, Promise.all(arrivals), () => null);
    if (all !== null) return all.reduce((last, event) => (event.position > last.position ? event : last));
    for (const id of ids) if (!this.#applied.has(id)) this.#lacks(at, id);
    return null;
  }

  /** Whether something was written here that has not come back although it was waited for. */
  isMissing(at: Placed): boolean {
    return this.#missing.size > 0 && this.#missing.has(keyOf(at));
  }

  /** All that was kept is dropped, so that nothing can be older than a write of before. */
  reset(): void {
    this.#missing.clear();
    this.#applied.clear();
  }

  #arrival(id: string): Promise<AppliedEvent> {
    const waiting = this.#waiting.get(id) ?? Promise.withResolvers<AppliedEvent>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  #lacks(at: Placed, id: string): void {
    this.#waiting.delete(id);
    const key = keyOf(at);
    this.#missing.set(key, (this.#missing.get(key) ?? new Set()).add(id));
  }

  #found(at: Placed, id: string): void {
    const key = keyOf(at);
    const missing = this.#missing.get(key);
    if (missing?.delete(id) === true && missing.size === 0) this.#missing.delete(key);
  }
}

function keyOf({ app, epoch }: Placed): string {
  return `${app}@${epoch}`;
}
