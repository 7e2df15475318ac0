/** Builds on the target what is better built when the rows are there: indexes, constraints, triggers. */
import type { Queryable } from '@rocket/platform';
import { underTerm } from '../barrier/write-barrier.ts';
import { selectTables, sourceTable } from '../channel/copy-sql.ts';
import { MoveGivenUp } from '../held-move.ts';
import { compareStructure } from '../structure/compare-structure.ts';
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
  const tables = (await sides.target.database.query(selectTables())).map((row) => sourceTable(row).name);
  await sides.target.database.query({ text: `ANALYZE ${tables.join(', ')}`, values: [] });
}

/** An index, a constraint and a trigger of one table may share a name: the kind of statement tells them apart. */
function nameOf({ table, name, statement }: RestStep): string {
  return JSON.stringify([table, name, statement.text.split(' ', 2)]);
}

/** Two versions of Postgres may write the same thing differently. */
export async function requireSameStructure({ move, sides }: MoveParts): Promise<void> {
  const [source, target] = [sides.source.database, sides.target.database];
  const differences = compareStructure(await readStructure(source), await readStructure(target));
  if (differences.length === 0) return;
  const [ours, theirs] = await Promise.all([majorVersion(source), majorVersion(target)]);
  if (ours === theirs)
    throw new MoveGivenUp('failed', `The tables of both sides differ: ${differences.join('; ')}`);
  move.logger.warn({ differences, ours, theirs }, 'two versions of Postgres describe the tables differently');
}

async function majorVersion(database: Queryable): Promise<unknown> {
  const text = "SELECT current_setting('server_version_num')::int / 10000";
  const [row] = await database.query({ text, values: [] });
  return row?.[0];
}
