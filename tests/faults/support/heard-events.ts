/** What the events of an app that were heard say together, in whatever order and however often they came. */
import type { StreamMessage } from '@rocket/platform';
import { type ChangeEvent, isNewer, readStream } from '@rocket/schema';

export class HeardEvents {
  /** Ids, since the last {@link forget}. */
  readonly ids = new Set<string>();
  readonly #titles = new Set<string>();
  readonly #newest = new Map<string, ChangeEvent>();
  readonly #positions = new Map<string, Set<number>>();

  /** Returns the id of a change, and null for anything else. */
  hear({ payload, position }: Pick<StreamMessage, 'payload' | 'position'>): string | null {
    const said = readStream(payload);
    if (said.kind !== 'change') return null;
    const { event } = said;
    this.ids.add(event.id);
    this.#positions.set(event.id, (this.#positions.get(event.id) ?? new Set()).add(position));
    this.#titles.add(String(event.record?.['title']));
    const known = this.#newest.get(event.key);
    if (known === undefined || isNewer(event, known)) this.#newest.set(event.key, event);
    return event.id;
  }

  /** The stream may have lost them. */
  forget(): void {
    this.ids.clear();
  }

  newest(key: string): ChangeEvent | undefined {
    return this.#newest.get(key);
  }

  has(title: string): boolean {
    return this.#titles.has(title);
  }

  /** Ids of events that were at more than one position. */
  get repeated(): readonly string[] {
    return [...this.#positions].filter(([, positions]) => positions.size > 1).map(([id]) => id);
  }
}
