import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@rocket/platform';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpointAt } from '../../../src/webhooks/endpoint-at.ts';
import { createEndpointBook } from '../../../src/workers/webhooks/endpoint-book.ts';
import { createWriteApp, entity, type WriteApp } from '../../support/write-app.ts';

let app: WriteApp;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate({ version: 1, entities: [entity('task', [])] });
});
afterAll(() => app.dispose());

/** Answers come late, and what is made at that address is made late. */
function slowly(database: Database, url: string): Database {
  return {
    query: async (statement, options) => {
      const isMaking = statement.text.startsWith('INSERT');
      if (isMaking && JSON.stringify(statement.values).includes(url)) await sleep(150);
      const rows = await database.query(statement, options);
      if (!isMaking) await sleep(300);
      return rows;
    },
    transaction: (...given) => database.transaction(...given),
    close: () => database.close(),
  };
}

test('endpoints that are made at once are all known', async () => {
  const late = 'https://late.test/';
  const book = createEndpointBook(slowly(app.database, late));
  const urls = ['https://a.test/', late, 'https://b.test/', late];
  const made = await Promise.all(urls.map((url) => book.at(url)));
  expect(made.map(({ url }) => url)).toEqual(urls);
  expect(made[1]).toEqual(made[3]);
});

test('one that another process has just made is known', async () => {
  const book = createEndpointBook(app.database);
  await book.at('https://a.test/');
  const made = await endpointAt(app.database, 'https://new.test/');
  expect(await book.byId(made.id)).toEqual(made);
  expect(await book.at('https://new.test/')).toEqual(made);
  await expect(book.byId('00000000-0000-4000-8000-000000000000')).rejects.toThrow('is not there');
});
