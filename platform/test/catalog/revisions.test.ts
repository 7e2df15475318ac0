import { appName, revision } from '@rocket/schema';
import { expect, test } from 'vitest';
import type { AppRecord } from '../../src/index.ts';
import { codeOf, emptyDocument } from '../support/fixtures.ts';
import { crm, freshCatalog, west } from '../support/fresh-catalog.ts';

const fresh = freshCatalog();
const { withApp, addRevision } = fresh;

async function appRecord(): Promise<AppRecord> {
  const record = (await fresh.catalog.snapshot()).apps.get(crm);
  if (record === undefined) throw new Error('the app is not in the catalog');
  return record;
}

test('active revisions count up, one is active, the former is retired', async () => {
  await withApp();
  const [first, second] = [await addRevision('one'), await addRevision('two')];
  await fresh.catalog.activateRevision({ app: crm, revision: first, expectedActive: null, refersTo: [] });
  await fresh.catalog.activateRevision({
    app: crm,
    revision: second,
    expectedActive: first,
    refersTo: [appName('hr')],
  });
  const listed = await fresh.catalog.listRevisions(crm);
  expect(listed.map((each) => [each.number, each.state])).toEqual([
    [2, 'active'],
    [1, 'retired'],
  ]);
  expect((await fresh.catalog.snapshot()).apps.get(crm)).toMatchObject({
    activeRevision: second,
    activeNumber: 2,
    refersTo: ['hr'],
  });
});

test('concurrent revisions get different names', async () => {
  await withApp();
  const names = await Promise.all(['a', 'b', 'c', 'd'].map(addRevision));
  expect(new Set(names).size).toBe(4);
});

test('a removed app leaves its name, but neither its revisions nor its epoch to the next one', async () => {
  await withApp();
  const former = await addRevision('one');
  const { id } = await appRecord();
  await fresh.catalog.removeApp(crm);
  const placement = await fresh.catalog.createApp({ app: crm, shard: west, database: 'rocket_crm' });
  expect(placement.epoch).toBe(2);
  expect((await fresh.catalog.snapshot()).shardMap.placements.get(crm)?.epoch).toBe(2);
  const next = await addRevision('two');
  expect(next).toBeGreaterThan(former);
  const record = await appRecord();
  expect(record.id).not.toBe(id);
  expect(await fresh.catalog.revision(crm, next)).toMatchObject({ appId: record.id, number: null });
  expect(await codeOf(fresh.catalog.revision(crm, former))).toBe('NOT_FOUND');
});

test('a refused revision uses up no number, and its name is not used again', async () => {
  await withApp();
  const bad = await addRevision('bad');
  await fresh.catalog.failRevision(crm, bad, 'tables do not fit');
  const good = await addRevision('good');
  expect(good).toBeGreaterThan(bad);
  await fresh.catalog.activateRevision({ app: crm, revision: good, expectedActive: null, refersTo: [] });
  expect((await appRecord()).activeNumber).toBe(1);
});

test('an activation that expects another active revision changes nothing', async () => {
  await withApp();
  const first = await addRevision('one');
  const second = await addRevision('two');
  await fresh.catalog.activateRevision({ app: crm, revision: first, expectedActive: null, refersTo: [] });
  const { version } = await fresh.catalog.snapshot();
  const late = fresh.catalog.activateRevision({
    app: crm,
    revision: second,
    expectedActive: null,
    refersTo: [],
  });
  expect(await codeOf(late)).toBe('CONFLICT');
  const snapshot = await fresh.catalog.snapshot();
  expect(snapshot.version).toBe(version);
  expect(snapshot.apps.get(crm)?.activeRevision).toBe(first);
});

test('a failed revision cannot become active, and an active one cannot fail', async () => {
  await withApp();
  const [bad, good] = [await addRevision('bad'), await addRevision('good')];
  await fresh.catalog.failRevision(crm, bad, 'tables do not fit');
  expect((await fresh.catalog.revision(crm, bad)).state).toBe('failed');
  const activation = { app: crm, expectedActive: null, refersTo: [] };
  expect(await codeOf(fresh.catalog.activateRevision({ ...activation, revision: bad }))).toBe('CONFLICT');
  await fresh.catalog.activateRevision({ ...activation, revision: good });
  expect(await codeOf(fresh.catalog.failRevision(crm, good, 'no'))).toBe('CONFLICT');
  expect(await codeOf(fresh.catalog.failRevision(crm, revision(9), 'no'))).toBe('NOT_FOUND');
});

test('a document comes back as it was, in the order of its properties', async () => {
  await withApp();
  const document = { ...emptyDocument(), zebra: 1, apple: { y: 1, x: 2 } };
  const number = await fresh.catalog.addRevision({ app: crm, document, contentHash: 'h', createdBy: 'me' });
  expect(JSON.stringify((await fresh.catalog.revision(crm, number)).document)).toBe(JSON.stringify(document));
  expect(await codeOf(fresh.catalog.revision(crm, revision(7)))).toBe('NOT_FOUND');
  expect(
    await codeOf(
      fresh.catalog.addRevision({ app: appName('no'), document, contentHash: 'h', createdBy: 'me' }),
    ),
  ).toBe('APP_NOT_FOUND');
});

test('documents are named by their content without being read, as far as they are there', async () => {
  await withApp();
  const revisions = [await addRevision('one'), await addRevision('two')];
  const [first, second] = revisions.map((each) => ({ app: crm, revision: each }));
  const appId = (await fresh.catalog.snapshot()).apps.get(crm)?.id;
  const absent = { app: crm, revision: revision(9_999) };
  const names = await fresh.catalog.documentNames(
    [first, second, absent].filter((each) => each !== undefined),
  );
  expect(names).toHaveLength(2);
  expect(names).toContainEqual({ ...first, appId, contentHash: 'hash of one' });
  expect(names).toContainEqual({ ...second, appId, contentHash: 'hash of two' });
  expect(await fresh.catalog.documentNames([])).toEqual([]);
});
