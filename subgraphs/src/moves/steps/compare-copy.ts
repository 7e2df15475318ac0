/** Proves that the target has what the source has, while both go on. */
import { randomUUID } from 'node:crypto';
import { putMarker } from '../barrier/fence-sql.ts';
import { compareWhileWritten } from '../compare/compare-while-written.ts';
import { readComparedTables } from '../compare/read-compared-tables.ts';
import { describeDifference, type TableDifference } from '../compare/table-difference.ts';
import { MoveGivenUp } from '../held-move.ts';
import { requireSameStructure } from './build-indexes.ts';
import { requireSlot, timeBehind } from './follow.ts';
import type { MoveParts } from './move-step.ts';
import { requireSameHistory } from './same-history.ts';

/** A target that is so far behind differs, whatever it has; much less than a comparison waits for rows to become equal. */
const NEAR_MS = 2_000;

/** @throws MoveGivenUp where they differ and stay different, or the target does not come near */
export async function compareCopy(parts: MoveParts): Promise<void> {
  const { sides, settings } = parts;
  // A former database that the app goes back to has followed for long: its document may be another one by now.
  await requireSlot(parts);
  await requireSameHistory(parts);
  await requireSameStructure(parts);
  // That of the last switch is on the former target alone: nothing else was ever written there before it was opened.
  await sides.source.database.query(putMarker(randomUUID()));
  const untilMs = performance.now() + settings.patienceMs;
  for (;;) {
    while ((await timeBehind(parts, untilMs)) > NEAR_MS);
    const differences = await compareOnce(parts);
    if (differences.length === 0) return;
    if ((await timeBehind(parts, untilMs)) > NEAR_MS) continue;
    throw new MoveGivenUp(
      'failed',
      `The copy is not right: ${differences.map(describeDifference).join('; ')}`,
    );
  }
}

async function compareOnce({ move, sides }: MoveParts): Promise<readonly TableDifference[]> {
  const source = sides.source.database;
  return await compareWhileWritten({
    ...{ source, target: sides.target.database },
    tables: await readComparedTables(source),
    onProgress: ({ table, comparedRows, totalRows }) => {
      move.tell({ detail: `${table}: ${comparedRows} of ${totalRows} rows` });
      move.check();
    },
  });
}
