import { type ChangeEvent, isNewer } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { FedChange } from './change-feed.ts';

interface Seen extends Pick<ChangeEvent, 'epoch' | 'id'> {
  readonly position: number;
}

/**
 * The newest events of the records that were seen lately. What a process that died has left is published late, perhaps
 * behind newer events of the same record, and again when it was published before.
 */
export class NewestEvents {
  readonly #seen: LRUCache<string, Seen>;

  /** @param max most records that are remembered */
  constructor(max: number) {
    this.#seen = new LRUCache({ max });
  }

  /**
   * Notes the change.
   * @returns false when the same event, or a newer one of its record, is known to be on the stream before it
   */
  admit({ event, place: { position } }: FedChange): boolean {
    const record = `${event.entity}#${event.key}`;
    const seen = this.#seen.get(record);
    if (seen === undefined || isNewer(event, seen)) {
      const { epoch, id } = event;
      this.#seen.set(record, { epoch, id, position });
      return true;
    }
    // Who reads an older part of the stream comes by what was followed by the newer one.
    return seen.position >= position;
  }
}
