/**
 * SQL `LIKE` without a regular expression: a pattern is the user's text, and a backtracking engine can be made to run
 * for ever by one. The matcher below needs at most length x length steps.
 */
import type { TextOperator } from './filter.ts';

/**
 * Most characters of one pattern, and of all patterns of one filter. Postgres tries a pattern at every character of a
 * text and cannot be cancelled before the end of the text: the worst pattern of 250 characters takes half a second on a
 * text of 400,000, and one twice as long takes twice that time. The number of wildcards does not matter.
 */
export const MAX_PATTERN_LENGTH = 250;
export const MAX_PATTERNS_LENGTH = 1_000;

/** True when the operator tries its pattern at more than one place of a text. */
export function isPattern(operator: TextOperator): boolean {
  return operator !== 'startsWith';
}

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'char'; readonly char: string };

/** A compiled pattern; null when it ends in a lone backslash, which SQL refuses. */
export type LikePattern = readonly Token[] | null;

/** `%` any run, `_` any one character, backslash takes the next character literally. */
export function compileLike(pattern: string): LikePattern {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index++) {
    const char = characters[index] ?? '';
    if (char === '\\') {
      index += 1;
      const escaped = characters[index];
      if (escaped === undefined) return null;
      tokens.push({ kind: 'char', char: escaped });
    } else if (char === '%') tokens.push({ kind: 'any' });
    else if (char === '_') tokens.push({ kind: 'one' });
    else tokens.push({ kind: 'char', char });
  }
  return tokens;
}

function accepts(token: Token | undefined, char: string | undefined): boolean {
  if (token === undefined || char === undefined) return false;
  return token.kind === 'one' || (token.kind === 'char' && token.char === char);
}

/** Whether the whole text fits. On a mismatch only the last `%` is widened: earlier ones cannot do better. */
export function matchesLike(text: string, pattern: LikePattern): boolean {
  if (pattern === null) return false;
  const characters = [...text];
  let at = 0;
  let token = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (at < characters.length) {
    if (pattern[token]?.kind === 'any') {
      lastAny = token;
      resumeAt = at;
      token += 1;
    } else if (accepts(pattern[token], characters[at])) {
      at += 1;
      token += 1;
    } else if (lastAny >= 0) {
      resumeAt += 1;
      at = resumeAt;
      token = lastAny + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(token).every(({ kind }) => kind === 'any');
}
