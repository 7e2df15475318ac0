/** Converts Latin letters to plain a to z. */

const COMBINING_MARKS = /\p{M}+/gu;

/** Usual transliterations of letters that Unicode does not decompose, because they are not letters with accents. */
const UNDECOMPOSED: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['đ', 'd'],
  ['ħ', 'h'],
  ['ı', 'i'],
  ['ȷ', 'j'],
  ['ł', 'l'],
  ['ŧ', 't'],
  ['ŋ', 'ng'],
  ['ĸ', 'k'],
  ['ə', 'e'],
  ['ǝ', 'e'],
  ['ɛ', 'e'],
  ['ɔ', 'o'],
  ['ɓ', 'b'],
  ['ƀ', 'b'],
  ['ɖ', 'd'],
  ['ɗ', 'd'],
  ['ƒ', 'f'],
  ['ǥ', 'g'],
  ['ɣ', 'g'],
  ['ɨ', 'i'],
  ['ƙ', 'k'],
  ['ƚ', 'l'],
  ['ɲ', 'n'],
  ['ʉ', 'u'],
  ['ʋ', 'v'],
  ['ƴ', 'y'],
  ['ƶ', 'z'],
]);
const UNDECOMPOSED_LETTERS = new RegExp(`[${[...UNDECOMPOSED.keys()].join('')}]`, 'g');

/** In lower case, without accents: `Møller & Łódź` -> `moller & lodz`. Other characters stay. */
export function latinLetters(text: string): string {
  const bare = text.normalize('NFKD').replace(COMBINING_MARKS, '').toLowerCase();
  return bare.replace(UNDECOMPOSED_LETTERS, (letter) => UNDECOMPOSED.get(letter) ?? letter);
}
