import type { Row } from '@rocket/platform';
import { z } from 'zod';

const oneNumber = z.tuple([z.number()]);

/** Of rows with one number each. */
export function numbersOf(rows: readonly Row[]): readonly number[] {
  return rows.map((row) => oneNumber.parse(row)[0]);
}
