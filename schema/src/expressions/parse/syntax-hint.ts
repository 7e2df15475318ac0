/** What may have been meant where a text cannot be read on. */

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['=', 'Values are compared by "=="; nothing can be assigned'],
  ['`', 'Texts stand in single or double quotes'],
  ['/', 'Patterns are texts: matches(x, "^a+$")'],
  [';', 'One expression is expected'],
  [',', 'One expression is expected'],
  ['&', 'Conditions are joined by "&&" and "||"'],
  ['|', 'Conditions are joined by "&&" and "||"'],
  ...['‘', '’', '“', '”', '„', '´'].map((quote) => [quote, 'Texts stand in straight quotes'] as const),
]);
/** In small letters. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['is', 'Write x == null'],
  ['between', 'Write x >= a && x <= b'],
  ...['and', 'or', 'not', 'in'].map((word) => [word, `Write it small: "${word}"`] as const),
]);
const WORD = /[A-Za-z]+/y;

export function syntaxHint(text: string, position: number): string | undefined {
  if (text.startsWith('<>', position - 1)) return 'Values that differ are found by "!="';
  WORD.lastIndex = position;
  const word = WORD.exec(text)?.[0];
  return word === undefined ? CHARACTERS.get(text[position] ?? '') : WORDS.get(word.toLowerCase());
}
