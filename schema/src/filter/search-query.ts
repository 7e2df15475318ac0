/**
 * The text of a full-text search. Words consist of letters and digits: all punctuation of ASCII separates words, in
 * stored texts and in searches, so that `RK-2041` is two adjacent words and is found by each of them.
 */

/** Replaced by spaces, because Postgres' own parser treats some of them as parts of words, addresses and markup. */
export const SEARCH_SEPARATORS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const SEPARATORS = new RegExp(`[\\s${SEARCH_SEPARATORS.replace(/[\\\]^-]/g, '\\$&')}]+`);

/** A phrase in quotation marks, the last one perhaps unfinished, or what stands between spaces. */
const TERM = /(-*)(?:"([^"]*)"?|([^\s"]+))/g;

/**
 * A caller's text in the grammar of `websearch_to_tsquery`, with nothing in it but words, phrases, `or` and `-` before
 * what is excluded. Empty when there is no word; such a search finds nothing.
 */
export function searchQuery(text: string): string {
  return [...text.matchAll(TERM)]
    .map(([, excluded = '', phrase, run = '']) => {
      const words = (phrase ?? run).split(SEPARATORS).filter((word) => word !== '');
      const isPlain = phrase === undefined && words.length === 1;
      const term = isPlain ? words.join('') : `"${words.join(' ')}"`;
      return words.length === 0 ? '' : `${excluded === '' ? '' : '-'}${term}`;
    })
    .filter((term) => term !== '')
    .join(' ');
}
