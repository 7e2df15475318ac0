/** Pages of a connection while its records come and go: what stayed is found exactly once. */
import { createDatabase, type Database, type Statement } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { entity, LOGGER } from '../support/write-app.ts';

const ROWS = 240;
const OWNERS = 7;
const PAGE = 16;

const itemId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const ownerId = (n: number) => `10000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const DOCUMENT = {
  version: 1,
  entities: [
    entity('owner', [{ name: 'name', type: 'string' }]),
    entity('item', [
      { name: 'rank', type: 'int' },
      { name: 'title', type: 'string' },
      { name: 'owner_id', type: 'uuid' },
    ]),
  ],
  relations: [
    { name: 'owner_items', type: 'one_to_many', source: 'owner', target: 'item', target_key: 'owner_id' },
  ],
  sample_data: {
    // Two have the same name, one has none, and some items name an owner that is not there.
    owner: Array.from({ length: OWNERS - 1 }, (_, n) => ({
      id: ownerId(n),
      name: n === 0 ? null : `o${n % 4}`,
    })),
    item: Array.from({ length: ROWS }, (_, n) => row(n)),
  },
};

/** Ties in every order, and nulls. */
function row(n: number): Record<string, unknown> {
  return {
    id: itemId((n * 7_919) % 100_003),
    rank: n % 5 === 0 ? null : n % 3,
    title: `t${n % 11}`,
    owner_id: n % 13 === 0 ? null : ownerId(n % OWNERS),
  };
}

/** Every third record is deleted sooner or later; the others stay. */
const STAYING = DOCUMENT.sample_data.item.filter((_, n) => n % 3 !== 0).map(({ id }) => String(id));
const LEAVING = DOCUMENT.sample_data.item.filter((_, n) => n % 3 === 0).map(({ id }) => String(id));

let app: ReadApp;
let writer: Database;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
  writer = createDatabase({ url: app.url, logger: LOGGER, max: 1 });
});
afterAll(async () => {
  await writer?.close();
  await app?.dispose();
});

/** Inserts and deletes until it is stopped, on a connection of its own. */
function startWriting(): { readonly writes: () => number; stop(): Promise<void> } {
  let goesOn = true;
  let writes = 0;
  const work = async () => {
    while (goesOn) {
      const n = writes % LEAVING.length;
      await writer.query(deleteItem(LEAVING[n] ?? ''));
      await writer.query(insertItem({ ...row(writes), id: itemId(200_000 + writes) }));
      await writer.query(deleteItem(itemId(200_000 + writes - LEAVING.length / 2)));
      await writer.query(
        insertItem({ ...row(writes * 3), id: LEAVING[(n + LEAVING.length / 2) % LEAVING.length] }),
      );
      writes += 1;
    }
  };
  const done = work();
  return {
    writes: () => writes,
    stop: async () => {
      goesOn = false;
      await done;
    },
  };
}

function deleteItem(id: string): Statement {
  return { text: 'DELETE FROM "items" WHERE "id" = $1::uuid', values: [id] };
}

function insertItem(item: Readonly<Record<string, unknown>>): Statement {
  return {
    text: `INSERT INTO "items" ("id", "rank", "title", "owner_id") VALUES ($1::uuid, $2::int, $3::text, $4::uuid)
           ON CONFLICT DO NOTHING`,
    values: [item['id'], item['rank'], item['title'], item['owner_id']],
  };
}

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

function isPage(value: unknown): value is Page {
  return typeof value === 'object' && value !== null && 'nodes' in value && 'pageInfo' in value;
}

async function readPage(orderBy: unknown, window: string): Promise<Page> {
  const query = `query ($orderBy: [ItemOrderBy!]) { page: itemsConnection(orderBy: $orderBy, ${window}) {
    nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const { data, errors } = await app.ask(query, { variables: { orderBy } });
  expect(errors).toEqual([]);
  const page = data?.['page'];
  if (isPage(page)) return page;
  throw new Error('The answer has no page');
}

/** Ids in the order in which they were come by. */
async function walk(orderBy: unknown, way: 'forwards' | 'backwards'): Promise<readonly string[]> {
  const ids: string[] = [];
  let position = '';
  for (;;) {
    const window = way === 'forwards' ? `first: ${PAGE}` : `last: ${PAGE}`;
    const { nodes, pageInfo } = await readPage(orderBy, `${window}${position}`);
    const found = nodes.map(({ id }) => id);
    ids.push(...(way === 'forwards' ? found : found.toReversed()));
    if (!(way === 'forwards' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return ids;
    position =
      way === 'forwards' ? `, after: "${pageInfo.endCursor}"` : `, before: "${pageInfo.startCursor}"`;
  }
}

const ORDERS = {
  'the key': [],
  'a nullable number with ties, descending': [{ rank: 'DESC' }],
  'ties in both directions': [{ rank: 'ASC' }, { title: 'DESC' }],
  'a nullable text through a relation': [{ owner: { name: 'ASC' } }],
  'a relation, descending, then a text': [{ owner: { name: 'DESC' } }, { title: 'ASC' }],
} as const;

describe('walking a connection while records are inserted and deleted', () => {
  const cases = Object.entries(ORDERS).flatMap(([name, orderBy]) =>
    (['forwards', 'backwards'] as const).map((way) => ({ name, orderBy, way })),
  );

  it.each(cases)('finds every record that stayed once, $way by $name', async ({ orderBy, way }) => {
    const settled = (await walk(orderBy, way)).filter((id) => STAYING.includes(id));
    const writing = startWriting();
    let ids: readonly string[];
    try {
      ids = await walk(orderBy, way);
    } finally {
      await writing.stop();
    }
    expect(writing.writes()).toBeGreaterThan(0);
    expect(ids.filter((id) => STAYING.includes(id))).toEqual(settled);
    expect(settled.toSorted()).toEqual(STAYING.toSorted());
  });
});
