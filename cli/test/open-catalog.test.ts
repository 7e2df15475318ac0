import {
  type Catalog,
  type CatalogView,
  createDatabase,
  createLogger,
  type Database,
  openCatalog,
} from '@rocket/platform';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../tests/harness/servers/postgres.ts';
import { late } from '../src/process/late.ts';
import { catalogComponent } from '../src/process/open-catalog.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

let world: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
beforeAll(async () => {
  world = await createTestDatabase();
  await (await openCatalog({ url: world.url, logger })).close();
  database = createDatabase({ url: world.serverUrl, logger, max: 1 });
});
afterAll(async () => {
  await database.close();
  await world.dispose();
});

function component() {
  const catalog = late<Catalog>('The catalog');
  const view = late<CatalogView>('The view of the catalog');
  return { catalog, view, ...catalogComponent({ catalog, view, url: () => world.url, logger }) };
}

async function connections(): Promise<readonly unknown[]> {
  const text = 'SELECT application_name FROM pg_stat_activity WHERE datname = $1 ORDER BY 1';
  return (await database.query({ text, values: [world.name] })).map(([name]) => name);
}

test('a process follows the catalog by one connection, and has none after its stop', async () => {
  const { catalog, view, start, stop } = component();
  await start();
  expect(await view.get().refresh()).toEqual(await catalog.get().snapshot());
  await expect
    .poll(async () => (await connections()).filter((name) => name === 'rocket-catalog-watch'))
    .toHaveLength(1);
  await stop();
  await expect.poll(connections).toEqual([]);
});

test('a catalog that cannot be read is closed again, and the start says what it could not read', async () => {
  await change('ALTER TABLE shard RENAME TO shard_away');
  const { catalog, start } = component();
  await expect(start()).rejects.toMatchObject({ code: '42P01' });
  await expect.poll(connections).toEqual([]);
  expect(() => catalog.get()).toThrow('before it was there');
  await change('ALTER TABLE shard_away RENAME TO shard');
});

test('a view that does not close in order does not keep the catalog open', async () => {
  const { view, start, stop } = component();
  await start();
  const { close } = view.get();
  view.set({
    ...view.get(),
    async close() {
      await close();
      throw new Error('the view did not close');
    },
  });
  await expect(stop()).rejects.toThrow('the view did not close');
  await expect.poll(connections).toEqual([]);
});

async function change(text: string): Promise<void> {
  const own = createDatabase({ url: world.url, logger, max: 1 });
  await own.query({ text, values: [] });
  await own.close();
}
