/** Patterns of documents, in RE2's syntax: whoever wrote one, a text takes time in proportion to its length. */
import { RE2JS, RE2JSException } from 're2js';

export interface TextPattern {
  /** True when it is found anywhere in the text. */
  readonly test: (text: string) => boolean;
  /** Steps per character of a text at worst. */
  readonly size: number;
}

export type ReadPattern =
  | { readonly ok: true; readonly pattern: TextPattern }
  | { readonly ok: false; readonly problem: string };

/** UTF-16 units. */
const MAX_PATTERN_LENGTH = 1_000;
/** Of RE2's program: `a{1,1000}` is short to write. */
const MAX_PROGRAM_SIZE = 1_000;

export function readPattern(text: string): ReadPattern {
  if (text.length > MAX_PATTERN_LENGTH) {
    return { ok: false, problem: `The pattern is longer than ${MAX_PATTERN_LENGTH} characters` };
  }
  try {
    const compiled = RE2JS.compile(text);
    const size = compiled.programSize();
    if (size > MAX_PROGRAM_SIZE) return { ok: false, problem: 'The pattern repeats too much' };
    return { ok: true, pattern: { size, test: (tested) => compiled.test(tested) } };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, problem: `No RE2 pattern: ${error.message}` };
  }
}
