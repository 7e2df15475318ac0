/** Which operations are sent together with others: those whose cost does not depend on the data. */
import type { Database, Statement } from '@rocket/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NODES_DOCUMENT, uuid } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(NODES_DOCUMENT);
});
afterAll(() => app?.dispose());

const ONE = `id: "${uuid(1)}"`;
const SAME = Array.from({ length: 21 }, () => ({ __typename: 'Node', id: uuid(1) }));
const ENTITIES = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Node { name } } }';

async function isShort(query: string, variables: Record<string, unknown> = {}): Promise<boolean[]> {
  const sent: Statement[] = [];
  const database: Database = {
    ...app.database,
    query: (statement, options) => {
      sent.push(statement);
      return app.database.query(statement, options);
    },
  };
  const { errors } = await app.ask(query, { database, variables });
  expect(errors).toEqual([]);
  return sent.map(({ isShortRead }) => isShortRead === true);
}

it.each([
  ['a record by id', `{ node(${ONE}) { id name version } }`, {}],
  ['by a unique key', `{ nodeBy(key: { ${ONE} }) { name } }`, {}],
  ['with to-one records', `{ node(${ONE}) { parent { name secret { word } } } }`, {}],
  ['several', `{ a: node(${ONE}) { name } b: node(${ONE}) { rank } }`, {}],
  ['entities', ENTITIES, { keys: SAME.slice(1) }],
])('short: %s', async (_name, query, variables) => {
  expect(await isShort(query, variables)).toEqual([true]);
});

it.each([
  ['a list', '{ nodes(limit: 1) { name } }', {}],
  ['a list of a record', `{ node(${ONE}) { children(limit: 1) { name } } }`, {}],
  ['a list further down', `{ node(${ONE}) { parent { children(limit: 1) { name } } } }`, {}],
  ['a connection', `{ node(${ONE}) { childrenConnection(first: 1) { nodes { name } } } }`, {}],
  ['an aggregate', `{ node(${ONE}) { childrenAggregate { count } } }`, {}],
  ['beside a list', `{ node(${ONE}) { name } nodes(limit: 1) { name } }`, {}],
  ['many entities', ENTITIES, { keys: SAME }],
])('not short: %s', async (_name, query, variables) => {
  expect(await isShort(query, variables)).toEqual([false]);
});

it('is answered each by itself, when many come at once', async () => {
  const names = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const { data } = await app.ask(`query ($id: ID!) { node(id: $id) { name } }`, {
        variables: { id: uuid(n + 1) },
      });
      return data;
    }),
  );
  expect(names).toEqual(Array.from({ length: 200 }, (_, n) => ({ node: { name: `n${n}` } })));
});
