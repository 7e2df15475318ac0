/** Texts in quotes. jsep takes `\u0041` for `u0041`, so what it has read of a text is not used. */

export type TextLiteral =
  | { readonly ok: true; readonly value: string }
  /** `offset` from the opening quote. */
  | { readonly ok: false; readonly problem: string; readonly offset: number };

const ESCAPE = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g;
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);
const MAX_CODE_POINT = 0x10ffff;

/**
 * An escape that JavaScript would take for the letter itself is refused: in a pattern such as `'\d+'` it is a slip.
 * @param raw with its quotes
 */
export function readTextLiteral(raw: string): TextLiteral {
  let failed: TextLiteral | null = null;
  const value = raw
    .slice(1, -1)
    .replace(
      ESCAPE,
      (written, braced?: string, four?: string, two?: string, single?: string, offset?: number) => {
        const character = escaped(braced ?? four ?? two, single);
        if (character === null && failed === null) {
          const problem = `Unknown escape ${written}; a backslash itself is written \\\\`;
          failed = { ok: false, problem, offset: (offset ?? 0) + 1 };
        }
        return character ?? '';
      },
    );
  return failed ?? { ok: true, value };
}

function escaped(hexadecimal: string | undefined, single: string | undefined): string | null {
  if (hexadecimal !== undefined) {
    const code = Number.parseInt(hexadecimal, 16);
    return code > MAX_CODE_POINT ? null : String.fromCodePoint(code);
  }
  if (single === undefined) return null;
  return CONTROLS.get(single) ?? (/[A-Za-z0-9]/.test(single) ? null : single);
}
