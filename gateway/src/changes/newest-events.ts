import { type ChangeEvent, isNewer } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { FedChange } from './change-feed.ts';

interface Seen extends Pick<ChangeEvent, 'epoch' | 'id'> {
  readonly position: number;
}

/** `late`: a newer event of its record is on the stream before it. `again`: the same event is. */
export type Arrival = 'new' | 'late' | 'again';

/**
 * The newest events of the records that were seen lately. What a process that died has left is published late, perhaps
 * behind newer events of the same record, and again when it was published before.
 */
export class NewestEvents {
  readonly #seen: LRUCache<string, Seen>;
  /** The first position of each event. */
  readonly #positions: LRUCache<string, number>;

  /** @param max most records that are remembered, and most events */
  constructor(max: number) {
    this.#seen = new LRUCache({ max });
    this.#positions = new LRUCache({ max });
  }

  /** Notes the change, and says how it has arrived, as far as that is remembered. */
  note({ event, place: { position } }: FedChange): Arrival {
    const { entity, key, epoch, id } = event;
    const name = `${epoch}:${id}`;
    if ((this.#positions.get(name) ?? position) < position) return 'again';
    this.#positions.set(name, position);
    const record = `${entity}#${key}`;
    const seen = this.#seen.get(record);
    if (seen === undefined || isNewer(event, seen)) {
      this.#seen.set(record, { epoch, id, position });
      return 'new';
    }
    // Who reads an older part of the stream comes by what was followed by the newer one.
    if (seen.position >= position) return 'new';
    return seen.id === id && seen.epoch === epoch ? 'again' : 'late';
  }
}

/** The change, marked where one of them knows that it is late; null where one knows that it comes again. */
export function arrived(change: FedChange, known: readonly NewestEvents[]): FedChange | null {
  const arrivals = known.map((newest) => newest.note(change));
  if (arrivals.includes('again')) return null;
  return arrivals.includes('late') ? { ...change, isLate: true } : change;
}
