import { RocketError } from '@rocket/schema';

/**
 * The parser of graphql is recursive and ends in a RangeError at about 2,000 levels, so depth is bounded before it
 * runs. Deeper than any depth rule, shallow enough for every recursion behind it.
 */
const MAX_NESTING = 400;

const QUOTE = 34;
const HASH = 35;
const BACKSLASH = 92;
const NEWLINE = 10;
const RETURN = 13;
const OPENING = new Set([123, 91, 40]);
const CLOSING = new Set([125, 93, 41]);

/** @throws RocketError `GRAPHQL_PARSE_FAILED` when brackets nest too deeply, outside of strings and comments. */
export function checkNesting(source: string): void {
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source.charCodeAt(at);
    if (OPENING.has(char)) {
      depth += 1;
      if (depth > MAX_NESTING) {
        throw new RocketError('GRAPHQL_PARSE_FAILED', `The document nests deeper than ${MAX_NESTING} levels`);
      }
    } else if (CLOSING.has(char)) depth -= 1;
    else if (char === HASH) at = endOfLine(source, at);
    else if (char === QUOTE) at = endOfString(source, at);
  }
}

function endOfLine(source: string, start: number): number {
  let at = start;
  while (at < source.length && source.charCodeAt(at) !== NEWLINE && source.charCodeAt(at) !== RETURN) at++;
  return at;
}

/** Index of the closing quote. An unclosed string ends with its line, or the document: the parser refuses it. */
function endOfString(source: string, start: number): number {
  if (source.startsWith('"""', start)) return endOfBlockString(source, start);
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charCodeAt(at);
    if (char === QUOTE || char === NEWLINE || char === RETURN) return at;
    if (char === BACKSLASH) at++;
  }
  return source.length;
}

function endOfBlockString(source: string, start: number): number {
  let at = source.indexOf('"""', start + 3);
  while (at > 0 && source.charCodeAt(at - 1) === BACKSLASH) at = source.indexOf('"""', at + 3);
  return at < 0 ? source.length : at + 2;
}
