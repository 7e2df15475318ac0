import type { AppName } from '../ids.ts';
import { parseJson } from '../values/exact-json.ts';
import type { DocumentFault } from './faults/faults.ts';
import { type ParsedDocument, parseDocument } from './parse-document.ts';

/**
 * As {@link parseDocument}, from the text of a file or request; broken JSON is a fault at `$` that says line and
 * column.
 */
export function parseDocumentText(text: string, app: AppName): ParsedDocument {
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let input: unknown;
  try {
    input = parseJson(withoutMark);
  } catch (error) {
    return { ok: false, faults: [syntaxFault(withoutMark, error)] };
  }
  return parseDocument(input, app);
}

function syntaxFault(text: string, error: unknown): DocumentFault {
  const offset = errorOffset(text, error);
  const before = text.slice(0, offset).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  if (offset < text.trimEnd().length) {
    return { severity: 'error', path: '$', message: `The document is not valid JSON at ${place}` };
  }
  const message = `The document ends in the middle, at ${place}`;
  return { severity: 'error', path: '$', message, hint: 'Was the file copied whole?' };
}

/** Where V8 says the fault is; `length` when the text ends too early, undefined when it does not say. */
function statedOffset(text: string, error: unknown): number | undefined {
  const reason = error instanceof Error ? error.message : '';
  if (reason.startsWith('Unexpected end')) return text.length;
  const match = /at position (\d+)/.exec(reason);
  return match === null ? undefined : Number(match[1]);
}

/**
 * Some messages of V8 quote the text instead of stating a position. Then the fault is the last character of the
 * shortest prefix that fails for another reason than ending too early; a binary search finds it.
 */
function errorOffset(text: string, error: unknown): number {
  const stated = statedOffset(text, error);
  if (stated !== undefined) return stated;
  let whole = 0;
  let broken = text.length;
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (isBeginning(text.slice(0, middle))) whole = middle;
    else broken = middle;
  }
  return broken - 1;
}

function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const offset = statedOffset(text, error);
    return offset !== undefined && offset >= text.length;
  }
}
