/** A feed whose stream, memory and pages are the test's. */
import { type ChangeEvent, RocketError } from '@rocket/schema';
import type {
  ChangeFeed,
  ChangeListener,
  ChangePage,
  FedChange,
  StreamPlace,
} from '../../src/changes/change-feed.ts';
import { pause } from './faked-time.ts';

const PAGE = 4;

interface Listening {
  readonly listener: ChangeListener;
  position: number;
}

export function placeAt(position: number): StreamPlace {
  return { position, id: `m${position}` };
}

export class MemoryFeed implements ChangeFeed {
  readonly committed = { sinceMs: 0, atLeast: null };
  readonly log: FedChange[] = [];
  /** What is behind it is in memory. */
  floor = 0;
  readMs = 5;
  /** Reads of pages that fail from now on. */
  failures = 0;
  readonly #listening = new Set<Listening>();

  get head(): StreamPlace {
    return this.log.at(-1)?.place ?? placeAt(0);
  }

  get listeners(): number {
    return this.#listening.size;
  }

  covers({ position }: StreamPlace): boolean {
    return position >= this.floor;
  }

  publish(event: ChangeEvent, isLate = false): void {
    const change = { event, place: placeAt(this.log.length + 1), isLate, bytes: 1 };
    this.log.push(change);
    for (const listening of this.#listening) this.#give(listening, change);
  }

  lose(): void {
    for (const { listener } of [...this.#listening]) listener.onLost(new RocketError('RESYNC_REQUIRED'));
    this.#listening.clear();
  }

  join(after: StreamPlace, listener: ChangeListener): { close(): void } | null {
    if (!this.covers(after)) return null;
    const listening = { listener, position: after.position };
    this.#listening.add(listening);
    for (const change of this.log) this.#give(listening, change);
    return { close: () => this.#listening.delete(listening) };
  }

  async verify(): Promise<void> {
    await pause(1);
  }

  async read(after: StreamPlace, entity: string): Promise<ChangePage> {
    await pause(this.readMs);
    if (this.failures > 0) {
      this.failures -= 1;
      throw new RocketError('EVENTS_UNAVAILABLE');
    }
    const page = this.log.filter(({ place }) => place.position > after.position).slice(0, PAGE);
    return {
      changes: page.filter(({ event }) => event.entity === entity),
      place: page.at(-1)?.place ?? after,
    };
  }

  #give(listening: Listening, change: FedChange): void {
    const { listener, position } = listening;
    if (!this.#listening.has(listening) || change.place.position <= position) return;
    listening.position = change.place.position;
    if (change.event.entity === listener.entity) listener.onChange(change);
  }
}
