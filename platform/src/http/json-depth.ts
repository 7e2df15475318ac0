import { RocketError } from '@rocket/schema';

/**
 * Input that is written by hand or by a form has about ten levels. There is a limit because code walks values
 * recursively.
 */
export const MAX_JSON_DEPTH = 200;

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const OPEN_LIST = '['.charCodeAt(0);
const CLOSE_LIST = ']'.charCodeAt(0);
const OPEN_OBJECT = '{'.charCodeAt(0);
const CLOSE_OBJECT = '}'.charCodeAt(0);

/**
 * Takes linear time. The text need not be JSON; finding that out is left to the parser.
 * @param what names the text in the message
 * @throws RocketError `BAD_REQUEST` for one that nests deeper than {@link MAX_JSON_DEPTH}
 */
export function checkJsonDepth(text: string, what: string): void {
  // Each level needs an opening and, for a text that parses, a closing bracket.
  if (text.length < 2 * MAX_JSON_DEPTH) return;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) {
        throw new RocketError('BAD_REQUEST', `${what} nests deeper than ${MAX_JSON_DEPTH} levels`);
      }
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
}

/** Where the string that begins at `start` ends. Most of a request is in strings: its query, its texts. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
