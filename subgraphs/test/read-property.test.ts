/** Random filters, orders and windows: what SQL finds through GraphQL is what the in-memory evaluator finds. */
import {
  type EntityModel,
  type FieldModel,
  type FilterValue,
  matches,
  parseOrderBy,
  parseWhere,
  type SortKey,
} from '@rocket/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from './support/read-app.ts';
import { entity } from './support/write-app.ts';

const SEED = 20_260_101;
const CASES = 200;
const ROWS = 60;

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Few values each, so that filters hit; chosen where text, number and time are easily compared wrongly. */
const POOLS = {
  name: [
    '',
    'a',
    'A',
    'ab',
    'aB',
    'a_b',
    'a%b',
    '%',
    '_',
    '\\',
    'a\\',
    'é',
    'É',
    '\uFFFD',
    '😀',
    'z',
    "o'x",
    '10',
    '9',
  ],
  status: ['draft', 'live', 'gone'],
  count: [-2_147_483_648, -1, 0, 1, 9, 10, 2_147_483_647],
  serial: ['-9223372036854775808', '-1', '0', '9', '10', '9007199254740993', '9223372036854775807'],
  price: ['-0.5', '0', '0.1', '0.30', '0.3', '9', '10', '9007199254740993.1'],
  ratio: [-1.5, 0, 0.1, 0.30000000000000004, 10, 9],
  open: [true, false],
  owner: [uuid(1), uuid(2), uuid(10)],
  day: ['0001-01-01', '1999-12-31', '2026-02-28', '9999-12-31'],
  at: [
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.001Z',
    '1969-12-31T23:59:59.999Z',
    '0099-03-01T00:00:00.000Z',
  ],
} as const satisfies Record<string, readonly FilterValue[]>;
type PoolName = keyof typeof POOLS;

const DOCUMENT = {
  version: 1,
  entities: [
    entity(
      'item',
      [
        { name: 'name', type: 'string' },
        { name: 'status', type: 'string', enum: ['draft', 'live', 'gone'] },
        { name: 'count', type: 'int' },
        { name: 'serial', type: 'bigint' },
        { name: 'price', type: 'decimal' },
        { name: 'ratio', type: 'float' },
        { name: 'open', type: 'boolean' },
        { name: 'owner', type: 'uuid' },
        { name: 'day', type: 'date' },
        { name: 'at', type: 'timestamp' },
      ],
      { keyType: 'int', generated: false },
    ),
  ],
};

type Item = Readonly<Record<string, FilterValue | null>>;
type Where = Readonly<Record<string, unknown>>;

/** Every pool value occurs, and every field is null in some rows. */
const ITEMS: readonly Item[] = Array.from({ length: ROWS }, (_, index) => ({
  id: index + 1,
  ...Object.fromEntries(
    Object.entries(POOLS).map(([name, pool], place) => {
      const at = (index * (place + 3) + place) % (pool.length + 1);
      return [name, pool[at] ?? null];
    }),
  ),
}));

const COMPARISONS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
const TEXT_OPERATORS = [
  'startsWith',
  'endsWith',
  'contains',
  'istartsWith',
  'iendsWith',
  'icontains',
] as const;
const UNORDERED: ReadonlySet<string> = new Set(['status', 'open', 'owner']);

function operation(name: PoolName): fc.Arbitrary<Where> {
  const value = fc.constantFrom<FilterValue>(...POOLS[name]);
  const operators = UNORDERED.has(name) ? (['eq', 'ne'] as const) : COMPARISONS;
  const choices: fc.Arbitrary<Where>[] = [
    fc.tuple(fc.constantFrom(...operators), value).map(([operator, operand]) => ({ [operator]: operand })),
    fc
      .tuple(fc.constantFrom('in', 'notIn'), fc.array(value, { minLength: 1, maxLength: 4 }))
      .map(([operator, operands]) => ({ [operator]: operands })),
    fc.boolean().map((isNull) => ({ isNull })),
  ];
  if (name === 'name') choices.push(textOperation());
  return fc
    .array(fc.oneof(...choices), { minLength: 1, maxLength: 2 })
    .map((parts) => Object.assign({}, ...parts));
}

function textOperation(): fc.Arbitrary<Where> {
  const pattern = fc
    .array(fc.constantFrom('%', '_', '\\%', '\\_', '\\\\', 'a', 'b', 'É', '😀'), { maxLength: 4 })
    .map((parts) => parts.join(''));
  return fc.oneof(
    fc.tuple(fc.constantFrom('like', 'ilike'), pattern).map(([operator, text]) => ({ [operator]: text })),
    fc
      .tuple(fc.constantFrom(...TEXT_OPERATORS), fc.constantFrom(...POOLS.name))
      .map(([operator, text]) => ({ [operator]: text })),
  );
}

const condition: fc.Arbitrary<Where> = fc
  .constantFrom(...Object.keys(POOLS).filter((name): name is PoolName => name in POOLS))
  .chain((name) => operation(name).map((operand) => ({ [name]: operand })));

const { tree } = fc.letrec<{ tree: Where; list: Where[] }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    condition,
    tie('list').map((AND) => ({ AND })),
    tie('list').map((OR) => ({ OR })),
    tie('tree').map((NOT) => ({ NOT })),
    fc.tuple(condition, tie('list')).map(([own, OR]) => ({ ...own, OR })),
  ),
  list: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
}));

const order = fc.array(
  fc
    .tuple(fc.constantFrom('id', ...Object.keys(POOLS)), fc.constantFrom('ASC', 'DESC'))
    .map(([name, direction]) => ({ [name]: direction })),
  { maxLength: 3 },
);

/** Enum operands as GraphQL has them: members instead of stored values. */
function asGraphql(where: unknown, isStatus = false): unknown {
  if (Array.isArray(where)) return where.map((part: unknown) => asGraphql(part, isStatus));
  if (typeof where === 'string') return isStatus ? where.toUpperCase() : where;
  if (where === null || typeof where !== 'object') return where;
  return Object.fromEntries(
    Object.entries(where).map(([key, operand]) => [key, asGraphql(operand, isStatus || key === 'status')]),
  );
}

/** By the evaluator's own idea of "less", nulls as the largest value. */
function compareBy({ field, descending }: SortKey, left: Item, right: Item): number {
  const [a, b] = [left[field.name] ?? null, right[field.name] ?? null];
  const order =
    a === null || b === null ? Number(a === null) - Number(b === null) : compareValues(field, a, b);
  return descending ? -order : order;
}

function compareValues(field: FieldModel, a: FilterValue, b: FilterValue): number {
  const is = (operator: 'lt' | 'gt') =>
    matches({ kind: 'compare', field, operator, value: b }, { [field.name]: a });
  return is('lt') ? -1 : is('gt') ? 1 : 0;
}

function expectedIds(model: EntityModel, use: { where: Where; orderBy: unknown }): string[] {
  const filter = parseWhere(use.where, model);
  const keys = parseOrderBy(use.orderBy, model);
  return ITEMS.filter((item) => matches(filter, item))
    .sort((left, right) => keys.map((key) => compareBy(key, left, right)).find((sign) => sign !== 0) ?? 0)
    .map((item) => String(item['id']));
}

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp({ ...DOCUMENT, sample_data: { item: ITEMS } });
});
afterAll(() => app?.dispose());

function itemModel(): EntityModel {
  const model = app.model.entities.get('item');
  if (model === undefined) throw new Error('no entity item');
  return model;
}

const QUERY = `query ($where: ItemWhere, $orderBy: [ItemOrderBy!], $limit: Int, $offset: Int, $first: Int) {
  items(where: $where, orderBy: $orderBy, limit: $limit, offset: $offset) { id }
  itemsConnection(where: $where, orderBy: $orderBy, first: $first) { totalCount nodes { id } pageInfo { hasNextPage } }
}`;

describe('random filters and orders', () => {
  it('find in SQL what the evaluator finds, in its order', async () => {
    const window = fc.record({
      limit: fc.integer({ min: 0, max: ROWS }),
      offset: fc.integer({ min: 0, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(tree, order, window, async (where, orderBy, { limit, offset }) => {
        const variables = { where: asGraphql(where), orderBy, limit, offset, first: limit };
        const { data, errors } = await app.ask(QUERY, {
          variables: Object.fromEntries(Object.entries(variables)),
        });
        const ids = expectedIds(itemModel(), { where, orderBy });
        expect(errors).toEqual([]);
        expect(data).toEqual({
          items: ids.slice(offset, offset + limit).map((id) => ({ id })),
          itemsConnection: {
            totalCount: ids.length,
            nodes: ids.slice(0, limit).map((id) => ({ id })),
            pageInfo: { hasNextPage: ids.length > limit },
          },
        });
      }),
      { numRuns: CASES, seed: SEED },
    );
  });

  it('walk every record once by cursors, forwards and backwards', async () => {
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 7, max: 25 }), async (orderBy, size) => {
        const ids = expectedIds(itemModel(), {
          where: { id: { in: ITEMS.map((item) => item['id']) } },
          orderBy,
        });
        expect(await walk({ orderBy, size }, 'forwards')).toEqual(ids);
        expect(await walk({ orderBy, size }, 'backwards')).toEqual(ids);
      }),
      { numRuns: CASES / 10, seed: SEED },
    );
  });
});

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string;
    readonly endCursor: string;
  };
}

async function walk(
  list: { orderBy: unknown; size: number },
  way: 'forwards' | 'backwards',
): Promise<string[]> {
  const isForwards = way === 'forwards';
  const window = isForwards ? 'first: $size, after: $cursor' : 'last: $size, before: $cursor';
  const query = `query ($orderBy: [ItemOrderBy!], $size: Int, $cursor: String) {
    page: itemsConnection(orderBy: $orderBy, ${window}) {
      nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const ids: string[] = [];
  let cursor: string | null = null;
  for (let rest = ROWS; rest > 0; rest -= 1) {
    const answer = await app.ask(query, { variables: { ...list, cursor } });
    expect(answer.errors).toEqual([]);
    const { nodes, pageInfo } = pageOf(answer.data);
    const found = nodes.map(({ id }) => id);
    if (isForwards) ids.push(...found);
    else ids.unshift(...found);
    cursor = isForwards ? pageInfo.endCursor : pageInfo.startCursor;
    if (!(isForwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return ids;
  }
  throw new Error('The pages do not end');
}

function pageOf(data: Record<string, unknown> | null): Page {
  const page = data?.['page'];
  if (isPage(page)) return page;
  throw new Error('The answer has no page');
}

function isPage(value: unknown): value is Page {
  return typeof value === 'object' && value !== null && 'nodes' in value && 'pageInfo' in value;
}
