import { documentHash, revision } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createStoredDocuments, noSharedCache, type SharedCache } from '../../src/index.ts';
import { codeOf, emptyDocument } from '../support/fixtures.ts';
import { crm, freshCatalog, logger } from '../support/fresh-catalog.ts';

const fresh = freshCatalog();

/** Keeps everything, in memory. */
function memoryCache(): SharedCache & { readonly values: Map<string, Buffer> } {
  const values = new Map<string, Buffer>();
  return {
    ...noSharedCache(),
    values,
    get: async (key) => values.get(key) ?? null,
    set: (key, bytes) => void values.set(key, Buffer.from(bytes)),
  };
}

const document = { ...emptyDocument(), description: 'one' };
const contentHash = documentHash(document);
const key = `document:${contentHash}`;

async function storeRevision(hash = contentHash) {
  await fresh.withApp();
  const stored = { app: crm, document, contentHash: hash, createdBy: 'admin@localhost' };
  return { app: crm, revision: await fresh.catalog.addRevision(stored) };
}

/** Reads as a process that was just started does, and says how often it asked the catalog. */
function coldReader(sharedCache: SharedCache) {
  const asked = { times: 0 };
  const read = createStoredDocuments({
    catalog: {
      documentNames: (members) => fresh.catalog.documentNames(members),
      revision: (...of) => {
        asked.times += 1;
        return fresh.catalog.revision(...of);
      },
    },
    ...{ sharedCache, logger },
  });
  return { read, asked };
}

test('the catalog is asked once by all processes, and what they get is the same', async () => {
  const member = await storeRevision();
  const cache = memoryCache();
  const [first, second] = [coldReader(cache), coldReader(cache)];
  const read = await first.read(member);
  const { appId } = await fresh.catalog.revision(crm, member.revision);
  expect(read).toEqual({ ...member, appId, document, contentHash });
  expect(await second.read(member)).toEqual(read);
  expect([first.asked.times, second.asked.times]).toEqual([1, 0]);
});

test.each([
  ['no JSON', '{'],
  ['no document', 'null'],
  ['another document', JSON.stringify({ ...document, exports: ['customer'] })],
])('a value that is %s is read from the catalog, and put right', async (_case, text) => {
  const member = await storeRevision();
  const cache = memoryCache();
  cache.values.set(key, Buffer.from(text));
  const { read, asked } = coldReader(cache);
  expect((await read(member)).document).toEqual(document);
  expect(asked.times).toBe(1);
  expect(cache.values.get(key)?.toString()).toBe(JSON.stringify(document));
});

test('a revision that is not there is not kept', async () => {
  await fresh.withApp();
  const cache = memoryCache();
  expect(await codeOf(coldReader(cache).read({ app: crm, revision: revision(7) }))).toBe('NOT_FOUND');
  expect(cache.values.size).toBe(0);
});

test('the catalog is enough', async () => {
  const member = await storeRevision();
  expect((await coldReader(noSharedCache()).read(member)).contentHash).toBe(contentHash);
});
