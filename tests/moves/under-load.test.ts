/** An app that is written, read and listened to while it moves: nobody notices. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createWorld, type World } from '../harness/world.ts';
import { foldNotes } from './support/folded-notes.ts';
import { BUSY_MS, type Moves, movesOf } from './support/moves.ts';
import { NOTES, notesOf, startLoad } from './support/note-load.ts';

let world: World;
let moves: Moves;
beforeAll(async () => {
  world = await createWorld();
  moves = movesOf(world);
  expect((await world.importApp('notes', NOTES)).errors).toEqual([]);
});
afterAll(() => world?.dispose());

const sorted = (notes: ReadonlyMap<string, string>) => [...notes].toSorted(([a], [b]) => (a < b ? -1 : 1));

it(
  'goes there, back, and there again',
  async () => {
    const throughout = await foldNotes(world, 'notes');
    const load = startLoad(world, 'notes');
    await until(() => throughout.notes.size > 10);
    const before = { cursor: throughout.cursor, notes: new Map(throughout.notes) };

    for (const [whereto, shard, isBack] of [
      [{ to: 's2' }, 's2', false],
      [{ back: true }, 's1', true],
      [{ to: 's2' }, 's2', false],
    ] as const) {
      expect(await moves.move('notes', whereto)).toMatchObject({ to: shard, isBack, problem: null });
      expect(await moves.place('notes')).toMatchObject({ shard });
      const count = load.acknowledged.size;
      await until(() => load.acknowledged.size > count + 10);
    }

    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.reads).toBeGreaterThan(0);
    const rows = sorted(await notesOf(world, 'notes'));
    expect(rows).toEqual(sorted(load.acknowledged));

    const resumed = await foldNotes(world, 'notes', before);
    for (const subscriber of [throughout, resumed]) {
      await until(() => JSON.stringify(sorted(subscriber.notes)) === JSON.stringify(rows));
      expect(subscriber.faults).toEqual([]);
      subscriber.close();
    }
  },
  BUSY_MS,
);
