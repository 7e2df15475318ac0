/** A process may die between the change of the tables and its publication. What it left open is finished or undone. */
import { appName, RocketError } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteEntity } from './harness/note-entity.ts';
import { createWorld, fieldOf, type World } from './harness/world.ts';

const SETTLED_MS = 20_000;
const notes = (fields: readonly string[], rows: readonly object[] = []) => ({
  version: 1,
  entities: [noteEntity(...fields.map((name) => ({ name, type: 'string' })))],
  sample_data: { note: rows },
});
const ROW = { id: '11111111-1111-4111-8111-111111111111', text: 'one', more: 'two' };

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.dispose());

/** As if the process were killed there: the tables have changed, and nothing after that is done. */
async function importUnpublished(name: string, document: unknown): Promise<void> {
  const { catalog } = world;
  const publish = catalog.activateRevision;
  let reached = false;
  catalog.activateRevision = async () => {
    reached = true;
    throw new RocketError('NOT_READY', 'killed here');
  };
  try {
    expect((await world.importApp(name, document)).errors).toHaveLength(1);
    expect(reached).toBe(true);
  } finally {
    catalog.activateRevision = publish;
  }
}

const stateOf = async (name: string) => {
  const revisions = await world.catalog.listRevisions(appName(world.app(name)));
  return revisions.map(({ number, state }) => [number, state]);
};

describe('an import whose tables were changed', () => {
  it('is published by the next import, which then finds nothing to do', async () => {
    expect((await world.importApp('next', notes(['text']))).errors).toEqual([]);
    await importUnpublished('next', notes(['text', 'more'], [ROW]));
    expect((await world.askApp('next', '{ notes { text } }')).data).toEqual({ notes: [{ text: 'one' }] });
    const again = await world.importApp('next', notes(['text', 'more'], [ROW]));
    expect(fieldOf(again, 'importApp')).toMatchObject({ outcome: 'unchanged', changes: [], rowsInserted: 0 });
    expect((await world.askApp('next', '{ notes { more } }')).data).toEqual({ notes: [{ more: 'two' }] });
  });

  it('is published before another document follows', async () => {
    expect((await world.importApp('third', notes(['text']))).errors).toEqual([]);
    await importUnpublished('third', notes(['text', 'more']));
    expect((await world.importApp('third', notes(['text', 'more', 'third']))).errors).toEqual([]);
    expect(await stateOf('third')).toEqual([
      [3, 'active'],
      [2, 'retired'],
      [1, 'retired'],
    ]);
  });

  it('is published by a gateway that starts', async () => {
    expect((await world.importApp('start', notes(['text']))).errors).toEqual([]);
    await importUnpublished('start', notes(['text', 'more'], [ROW]));
    const gateway = await world.another();
    try {
      await expect
        .poll(() => stateOf('start'), { timeout: SETTLED_MS })
        .toEqual([
          [2, 'active'],
          [1, 'retired'],
        ]);
    } finally {
      await gateway.close();
    }
  });

  it('is published even when it was the first', async () => {
    await importUnpublished('first', notes(['text', 'more'], [ROW]));
    await expect.poll(() => stateOf('first'), { timeout: SETTLED_MS }).toEqual([[1, 'active']]);
    expect((await world.askApp('first', '{ notes { more } }')).data).toEqual({ notes: [{ more: 'two' }] });
  });
});

describe('an import that did not get as far as the tables', () => {
  it('fails when a gateway starts, and the served document stays', async () => {
    expect((await world.importApp('undone', notes(['text']))).errors).toEqual([]);
    const app = appName(world.app('undone'));
    const active = (await world.catalog.snapshot()).apps.get(app)?.activeRevision;
    if (active === null || active === undefined) throw new Error('the app is not served');
    const { document } = await world.catalog.revision(app, active);
    await world.catalog.addRevision({ app, document, contentHash: 'another', createdBy: 'killed' });
    const gateway = await world.another();
    try {
      await expect
        .poll(() => stateOf('undone'), { timeout: SETTLED_MS })
        .toEqual([
          [null, 'failed'],
          [1, 'active'],
        ]);
    } finally {
      await gateway.close();
    }
  });

  it('leaves no app behind when it was the first', async () => {
    const { catalog } = world;
    const app = appName(world.app('never'));
    const source = appName(world.app('undone'));
    const active = (await catalog.snapshot()).apps.get(source)?.activeRevision;
    if (active === null || active === undefined) throw new Error('the app is not served');
    const { document } = await catalog.revision(source, active);
    const [shard] = (await catalog.snapshot()).shardMap.shards.keys();
    if (shard === undefined) throw new Error('there is no shard');
    await catalog.createApp({ app, shard, database: `rocket_${app}` });
    await catalog.addRevision({ app, document, contentHash: 'first', createdBy: 'killed' });
    const gateway = await world.another();
    try {
      await expect
        .poll(async () => (await catalog.snapshot()).apps.has(app), { timeout: SETTLED_MS })
        .toBe(false);
    } finally {
      await gateway.close();
    }
  });
});
