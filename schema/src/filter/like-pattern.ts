/**
 * SQL `LIKE` without a regular expression: a pattern is the user's text, and a backtracking engine can be made to run
 * for ever by one. The matcher below needs a step for each character of the text and each 32 of the pattern, as whoever
 * listens to changes has it run on each of them.
 */
import type { TextOperator } from './filter.ts';

/**
 * Most characters of one pattern, and of all patterns of one filter. Postgres tries a pattern at every character of a
 * text and cannot be cancelled before the end of the text: the worst pattern of 250 characters takes half a second on a
 * text of 400,000, and one twice as long takes twice that time. The number of wildcards does not matter.
 */
export const MAX_PATTERN_LENGTH = 250;
export const MAX_PATTERNS_LENGTH = 1_000;

const WORD_BITS = 32;

/** True when the operator tries its pattern at more than one place of a text. */
export function isPattern(operator: TextOperator): boolean {
  return operator !== 'startsWith';
}

/** Characters that follow each other; null stands for any one. */
type Piece = readonly (string | null)[];

/** A compiled pattern: what is between its `%`. Null when it ends in a lone backslash, which SQL refuses. */
export type LikePattern = readonly Piece[] | null;

/** `%` any run, `_` any one character, backslash takes the next character literally. */
export function compileLike(pattern: string): LikePattern {
  const pieces: (string | null)[][] = [];
  let piece: (string | null)[] = [];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index++) {
    const char = characters[index] ?? '';
    if (char === '%') {
      pieces.push(piece);
      piece = [];
    } else if (char === '\\') {
      index += 1;
      const escaped = characters[index];
      if (escaped === undefined) return null;
      piece.push(escaped);
    } else piece.push(char === '_' ? null : char);
  }
  return [...pieces, piece];
}

/** Whether the whole text fits. A piece is taken where it comes first: what is behind has the most room then. */
export function matchesLike(text: string, pattern: LikePattern): boolean {
  if (pattern === null) return false;
  const characters = [...text];
  const [first = [], ...others] = pattern;
  const last = others.pop();
  if (last === undefined) return characters.length === first.length && fits(characters, first, 0);
  const end = characters.length - last.length;
  if (end < first.length || !fits(characters, first, 0) || !fits(characters, last, end)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = endOf(piece, characters, { from: at, to: end });
    if (found === null) return false;
    at = found;
  }
  return true;
}

function fits(characters: readonly string[], piece: Piece, at: number): boolean {
  return piece.every((char, index) => char === null || char === characters[at + index]);
}

/**
 * Where the first occurrence of the piece ends. One bit for each of its beginnings says whether the characters so far end
 * in it, so that a character of the text costs the same whatever was before.
 */
function endOf(
  piece: Piece,
  characters: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): number | null {
  if (piece.length === 0) return from;
  const { ofChar, ofOthers } = placesOf(piece);
  const ends = new Uint32Array(ofOthers.length);
  const whole = 1 << ((piece.length - 1) % WORD_BITS);
  for (let at = from; at < to; at += 1) {
    const places = ofChar.get(characters[at] ?? '') ?? ofOthers;
    let carry = 1;
    for (let word = 0; word < ends.length; word += 1) {
      const before = ends[word] ?? 0;
      ends[word] = ((before << 1) | carry) & (places[word] ?? 0);
      carry = before >>> (WORD_BITS - 1);
    }
    if (((ends.at(-1) ?? 0) & whole) !== 0) return at + 1;
  }
  return null;
}

/** At which places of the piece each character may be, as bits. */
function placesOf(piece: Piece) {
  const ofOthers = new Uint32Array(Math.ceil(piece.length / WORD_BITS));
  const ofChar = new Map<string, Uint32Array>();
  for (const [at, char] of piece.entries()) if (char === null) mark(ofOthers, at);
  for (const [at, char] of piece.entries()) {
    if (char === null) continue;
    const places = ofChar.get(char) ?? ofOthers.slice();
    ofChar.set(char, places);
    mark(places, at);
  }
  return { ofChar, ofOthers };
}

function mark(places: Uint32Array, at: number): void {
  const word = Math.floor(at / WORD_BITS);
  places[word] = (places[word] ?? 0) | (1 << (at % WORD_BITS));
}
