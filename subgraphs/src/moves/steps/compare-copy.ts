/** Proves that the target has what the source has, while both go on. */
import { compareWhileWritten } from '../compare/compare-while-written.ts';
import { readComparedTables } from '../compare/read-compared-tables.ts';
import { describeDifference } from '../compare/table-difference.ts';
import { MoveGivenUp } from '../held-move.ts';
import type { MoveParts } from './move-step.ts';

/** @throws MoveGivenUp where they differ and stay different */
export async function compareCopy({ move, sides }: MoveParts): Promise<void> {
  const source = sides.source.database;
  const differences = await compareWhileWritten({
    ...{ source, target: sides.target.database },
    tables: await readComparedTables(source),
    onProgress: ({ table, comparedRows, totalRows }) => {
      move.tell({ detail: `${table}: ${comparedRows} of ${totalRows} rows` });
      move.check();
    },
  });
  const [first] = differences;
  if (first === undefined) return;
  throw new MoveGivenUp('failed', `The copy is not right: ${differences.map(describeDifference).join('; ')}`);
}
