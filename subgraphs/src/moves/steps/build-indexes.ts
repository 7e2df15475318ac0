/** Builds on the target what is better built when the rows are there: indexes, constraints, triggers. */
import { underTerm } from '../barrier/write-barrier.ts';
import { readStructure } from '../structure/read-structure.ts';
import { createRest, type RestStep } from '../structure/structure-sql.ts';
import type { MoveParts } from './move-step.ts';
import { termOf } from './move-step.ts';

/** Those that are there already stay: an earlier mover may have built them. */
export async function buildIndexes(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  const wanted = createRest(await readStructure(sides.source.database));
  const there = new Set(createRest(await readStructure(sides.target.database)).map(nameOf));
  const missing = wanted.filter((step) => !there.has(nameOf(step)));
  for (const [index, step] of missing.entries()) {
    move.check();
    move.tell({ detail: `${step.name} (${index + 1} of ${missing.length})` });
    await underTerm(sides.target.database, termOf(parts), async (tx) => {
      // A large table takes as long as it takes.
      await tx.query({ text: 'SET LOCAL statement_timeout = 0', values: [] });
      await tx.query(step.statement);
    });
  }
  await sides.target.database.query({ text: 'ANALYZE', values: [] });
  move.tell({ detail: null });
}

function nameOf({ table, name }: RestStep): string {
  return JSON.stringify([table, name]);
}
