import { appName, type GraphRevisionId, graphRevisionId, type Revision } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createDatabase } from '../../src/index.ts';
import { crm, freshCatalog, logger, west } from '../support/fresh-catalog.ts';

const fresh = freshCatalog();
const { withApp, addRevision } = fresh;
const composition = { supergraphSdl: 'schema { query: Query }', references: [] };
const idOf = (digit: string): GraphRevisionId => graphRevisionId(digit.repeat(32));

/** Stores a graph revision of the app with its composition. */
async function put(id: GraphRevisionId, revision: Revision): Promise<void> {
  await fresh.catalog.putGraphRevision({ id, home: crm, members: [{ app: crm, revision }] });
  await fresh.catalog.putComposition(id, composition);
}

async function activate(note: string, expectedActive: Revision | null): Promise<Revision> {
  const revision = await addRevision(note);
  await fresh.catalog.activateRevision({ app: crm, revision, expectedActive, refersTo: [] });
  return revision;
}

test('a composition is kept under its graph revision, the last one counts', async () => {
  await withApp();
  const first = await activate('one', null);
  expect(await fresh.catalog.composition(idOf('a'))).toBeNull();
  await put(idOf('a'), first);
  expect(await fresh.catalog.composition(idOf('a'))).toEqual(composition);
  await fresh.catalog.putComposition(idOf('a'), { supergraphSdl: 'other' });
  expect(await fresh.catalog.composition(idOf('a'))).toEqual({ supergraphSdl: 'other' });
});

test('a composition needs its graph revision', async () => {
  await expect(fresh.catalog.putComposition(idOf('a'), composition)).rejects.toThrow('graph_composition');
});

test('compositions of former revisions go when a new one is kept, as do those of removed apps', async () => {
  await withApp();
  const first = await activate('one', null);
  await put(idOf('a'), first);
  await put(idOf('b'), first);
  const second = await activate('two', first);
  expect(await fresh.catalog.composition(idOf('a'))).toEqual(composition);
  await put(idOf('c'), second);
  expect(await fresh.catalog.composition(idOf('a'))).toBeNull();
  expect(await fresh.catalog.composition(idOf('b'))).toBeNull();
  expect((await fresh.catalog.graphRevision(idOf('a'))).members).toEqual([{ app: crm, revision: first }]);
  await fresh.catalog.removeApp(crm);
  const erp = appName('erp');
  await fresh.catalog.createApp({ app: erp, shard: west, database: 'rocket_erp' });
  await fresh.catalog.putGraphRevision({ id: idOf('d'), home: null, members: [] });
  await fresh.catalog.putComposition(idOf('d'), composition);
  expect(await fresh.catalog.composition(idOf('c'))).toBeNull();
});

test('a composition that was made long ago goes too', async () => {
  await withApp();
  const first = await activate('one', null);
  await put(idOf('a'), first);
  await put(idOf('b'), first);
  const direct = createDatabase({ url: fresh.database.url, logger });
  await direct.query({
    text: "UPDATE graph_composition SET created_at = now() - interval '31 days' WHERE graph = $1",
    values: [idOf('a')],
  });
  await direct.close();
  await fresh.catalog.putComposition(idOf('b'), composition);
  expect(await fresh.catalog.composition(idOf('a'))).toBeNull();
});

test('several gateways keep theirs at once', async () => {
  await withApp();
  const first = await activate('one', null);
  await Promise.all(['a', 'b', 'c'].map((digit) => put(idOf(digit), first)));
  const second = await activate('two', first);
  await Promise.all(['d', 'e', 'f', '0', '1'].map((digit) => put(idOf(digit), second)));
  const left = await Promise.all(['a', 'b', 'c', 'd'].map((digit) => fresh.catalog.composition(idOf(digit))));
  expect(left).toEqual([null, null, null, composition]);
});
