/** Proves that the target has what the source has, while both go on. */
import { randomUUID } from 'node:crypto';
import { putMarker } from '../barrier/fence-sql.ts';
import { compareWhileWritten } from '../compare/compare-while-written.ts';
import { readComparedTables } from '../compare/read-compared-tables.ts';
import { describeDifference } from '../compare/table-difference.ts';
import { MoveGivenUp } from '../held-move.ts';
import { requireSameStructure } from './build-indexes.ts';
import type { MoveParts } from './move-step.ts';
import { requireSameHistory } from './same-history.ts';

/** @throws MoveGivenUp where they differ and stay different */
export async function compareCopy(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  // A former database that the app goes back to has followed for long: its document may be another one by now.
  await requireSameHistory(parts);
  await requireSameStructure(parts);
  const source = sides.source.database;
  // That of the last switch is on the former target alone: nothing else was ever written there before it was opened.
  await source.query(putMarker(randomUUID()));
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
