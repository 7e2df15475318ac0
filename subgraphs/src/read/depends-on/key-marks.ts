/**
 * Keys of rows, told within the JSON text of an answer. Reading them needs no statement of its own, and sees the same
 * moment of the data. JSON text has no control characters, so a mark is never a part of the answer.
 */
import type { TagKind } from '@rocket/schema';
import type { TagSet } from './tag-set.ts';

/** A mark is this, the number of its kind, a separator, the key, and an end. */
const START = '\u0001';
const SEPARATOR = ':';
const END = '\u0002';

export class KeyMarks {
  readonly #tags: TagSet;
  readonly #kinds: TagKind[] = [];
  readonly #places = new Map<string, number>();

  constructor(tags: TagSet) {
    this.#tags = tags;
  }

  /** The constant texts before and after a key. The key is its text, or a JSON string when it may hold anything. */
  around(kind: TagKind): { readonly before: string; readonly after: string } {
    let place = this.#places.get(kind.prefix);
    if (place === undefined) {
      place = this.#kinds.push(kind) - 1;
      this.#places.set(kind.prefix, place);
    }
    return { before: `${START}${place}${SEPARATOR}`, after: END };
  }

  /** Notes what the marks say and returns the text without them. */
  take(text: string): string {
    let start = text.indexOf(START);
    if (start < 0) return text;
    let clean = '';
    let from = 0;
    while (start >= 0) {
      clean += text.slice(from, start);
      const separator = text.indexOf(SEPARATOR, start);
      const end = text.indexOf(END, separator);
      const kind = this.#kinds[Number(text.slice(start + 1, separator))];
      if (kind === undefined || separator < 0 || end < 0) throw new TypeError('A mark of a key is malformed');
      // Large answers have many more marks than tags.
      if (!this.#tags.hasWhole(kind.of)) this.#tags.add(kind, keyOf(text.slice(separator + 1, end)));
      from = end + 1;
      start = text.indexOf(START, from);
    }
    return clean + text.slice(from);
  }

  /** The same for a JSON array of JSON texts. */
  takeFromTexts(json: string): string {
    const texts: unknown = JSON.parse(json);
    if (!Array.isArray(texts)) throw new TypeError('Texts come as an array');
    return JSON.stringify(texts.map((text) => this.take(String(text))));
  }
}

function keyOf(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
