/** Lines at the end of a terminal that are rewritten in place. */

/** What is known of a terminal. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
}

type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

const USUAL: Terminal = { columns: 80, rows: 24 };
const ESCAPE = '\u001B[';

/** Null when the output is no terminal. */
export function terminalOf(stdout: Output): Terminal | null {
  if (stdout.isTTY !== true) return null;
  // A terminal whose size nobody has set says that it has no columns.
  return { columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows };
}

export interface LiveLines {
  /** Replaces the lines. */
  set(lines: readonly string[]): void;
  /** Takes the lines away while something is written that stays above them. */
  above(write: () => void): void;
}

export function createLiveLines(stdout: Output): LiveLines {
  let shown: readonly string[] = [];
  const erasing = (): string => (shown.length === 0 ? '' : `${ESCAPE}${shown.length}A${ESCAPE}J`);
  const set = (lines: readonly string[]): void => {
    const next = fitting(lines, terminalOf(stdout) ?? USUAL);
    const text = `${erasing()}${next.map((each) => `${each}\n`).join('')}`;
    if (text !== '') stdout.write(text);
    shown = next;
  };
  return {
    set,
    above(write) {
      const former = shown;
      set([]);
      write();
      set(former);
    },
  };
}

/** What is too wide would take another line, and what has left the screen at its top cannot be rewritten. */
function fitting(lines: readonly string[], { columns, rows }: Terminal): readonly string[] {
  return lines
    .slice(-Math.max(1, rows - 1))
    .map((line) => (line.length < columns ? line : `${line.slice(0, columns - 2)}…`));
}
