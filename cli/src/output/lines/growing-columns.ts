/** Lines in columns that come one by one, so that nobody knows how wide a column has to be. */
import { styleText } from 'node:util';
import { printable } from '../printable.ts';

export interface ColumnsOptions {
  readonly header: readonly string[];
  /** These hold what is usual, and grow with what does not fit. The last column needs none. */
  readonly widths: readonly number[];
  /** Number of the column that has a colour, on a terminal. */
  readonly coloured: number;
}

export type Colour = 'green' | 'yellow' | 'red' | 'cyan';

export interface GrowingColumns {
  /**
   * Writes a line, before the first one the header.
   * @returns false when the reader is behind, until the stream's `drain`
   */
  write(cells: readonly string[], colour: Colour | null): boolean;
}

const GAP = '  ';

export function createGrowingColumns(stdout: NodeJS.WritableStream, options: ColumnsOptions): GrowingColumns {
  const widths = [...options.widths];
  const lineOf = (cells: readonly string[], colour: Colour | null): string => {
    const shown = cells.map((cell, column) => {
      const text = printable(cell);
      widths[column] = Math.max(widths[column] ?? 0, text.length);
      const padded = column === cells.length - 1 ? text : text.padEnd(widths[column] ?? 0);
      return column === options.coloured && colour !== null
        ? styleText(colour, padded, { stream: stdout })
        : padded;
    });
    return `${shown.join(GAP).trimEnd()}\n`;
  };
  let begun = false;
  return {
    write(cells, colour) {
      if (!begun) stdout.write(lineOf(options.header, null));
      begun = true;
      return stdout.write(lineOf(cells, colour));
    },
  };
}
