/**
 * One request must not stop the others: what is far too much is refused, and those who ask for little do not feel it.
 */
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, example, type World } from './harness/world.ts';
import type { GraphqlAnswer } from './harness/world-client.ts';

/** Many times what any of these requests holds up the process; what they held it up for was seconds. */
const MAX_HELD_UP_MS = 1_000;
const ENTITIES = 100;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const app of ['crm', 'helpdesk']) {
    expect((await world.importApp(app, await example(app))).errors).toEqual([]);
  }
  // Covers what is made once, at the first request.
  await neighbour();
  await world.askApp('helpdesk', '{ tickets(limit: 1) { id } }');
});
afterAll(() => world.dispose());

const neighbour = () => world.askApp('crm', '{ customers(limit: 1) { name } }', { once: true });

/** The answer of a piece of work, and the longest that somebody else has waited meanwhile. */
async function beside<T>(work: () => Promise<T>): Promise<{ answer: T; heldUpMs: number }> {
  let done = false;
  const answered = work().finally(() => {
    done = true;
  });
  let heldUpMs = 0;
  do {
    const before = performance.now();
    expect((await neighbour()).errors).toEqual([]);
    heldUpMs = Math.max(heldUpMs, performance.now() - before);
  } while (!done);
  return { answer: await answered, heldUpMs };
}

const times = (count: number, write: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => write(n)).join(' ');
const TYPE = `fragment T on __Type { name description fields { name description args { name type { name } } type { name } }
  inputFields { name type { name } } enumValues { name } possibleTypes { name } }`;
const ARGUMENTS =
  'fragment A on __Type { fields { args { description defaultValue type { kind ofType { name kind } } } } }';
const nested = (depth: number): string =>
  depth === 0 ? 'id' : `id responses { ticket { ${nested(depth - 1)} } }`;

interface Abuse {
  readonly name: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly code: string;
}

const ABUSES: readonly Abuse[] = [
  {
    name: 'all types of the schema, 60 times',
    query: `{ __schema { ${times(60, (n) => `a${n}: types { ...T }`)} } } ${TYPE}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'the largest type of the schema, 98 times',
    query: `{ __schema { ${times(98, (n) => `a${n}: queryType { ...T ...A }`)} } } ${TYPE} ${ARGUMENTS}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'fields of fields of the schema',
    query: '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'one list of 10,000 values in 49 filters',
    query: `query ($ids: [ID!]!) { ${times(49, (n) => `a${n}: tickets(where: { id: { in: $ids } }, limit: 1) { id }`)} }`,
    variables: {
      ids: Array.from({ length: 10_000 }, (_, n) => `c0000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
    },
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'a pattern of 200,000 characters',
    query: 'query ($pattern: String!) { tickets(where: { title: { like: $pattern } }) { id } }',
    variables: { pattern: '%a'.repeat(100_000) },
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'lists within lists, 24 levels deep',
    query: `{ tickets { ${nested(12)} } }`,
    code: 'BAD_USER_INPUT',
  },
  {
    name: '450 aliases of a field',
    query: `{ tickets { ${times(450, (n) => `a${n}: title`)} } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'fragments that spread each other, 14 levels deep',
    query: `{ tickets(limit: 1) { ...T0 } } ${times(
      14,
      (n) => `fragment T${n} on Ticket { responses { ...R${n} } ...T${n + 1} }
        fragment R${n} on Response { id ticket { ...T${n + 1} } ...R${n + 1} }`,
    )} fragment T14 on Ticket { title } fragment R14 on Response { id }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '450 root fields',
    query: `{ ${times(450, () => 'tickets { id }')} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'a name of 100,000 characters',
    query: `{ tickets { ${'x'.repeat(100_000)} } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '600 fields that do not exist',
    query: `{ tickets { ${times(600, (n) => `titel${n}`)} } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
];

describe('a request for far too much', () => {
  it.each(ABUSES)('is refused and holds nobody up: $name', async ({ query, variables = {}, code }) => {
    const ask = () => world.askApp('helpdesk', query, { variables, once: true });
    const { answer, heldUpMs } = await beside<GraphqlAnswer>(ask);
    expect(new Set(answer.errors.map(({ extensions }) => extensions['code']))).toEqual(new Set([code]));
    expect(heldUpMs).toBeLessThan(MAX_HELD_UP_MS);
  });
});

describe('the plain question for the whole schema', () => {
  it('is answered, and held to nothing', async () => {
    const query = `{ __schema { types { ...T } } } ${TYPE}`;
    const { answer, heldUpMs } = await beside(() => world.askApp('helpdesk', query));
    expect(answer.errors).toEqual([]);
    expect(heldUpMs).toBeLessThan(MAX_HELD_UP_MS);
  });
});

describe('the import of a large document', () => {
  it('goes on beside the requests of other apps', async () => {
    const field = (name: string, type: string) => ({ name, type });
    const entities = Array.from({ length: ENTITIES }, (_, n) => ({
      name: `part${n}x`,
      table: `part${n}x`,
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        field('id', 'uuid'),
        field('parent_id', 'uuid'),
        ...['a', 'b', 'c', 'd'].map((name) => field(name, 'string')),
      ],
    }));
    const relations = entities.slice(1).map(({ name }, n) => ({
      ...{ name: `relation${n}`, type: 'one_to_many', target_key: 'parent_id' },
      source: `part${n}x`,
      target: name,
    }));
    const document = { version: 1, entities, relations };
    const { answer, heldUpMs } = await beside(async () => {
      const imported = await world.importApp('large', document);
      expect(imported.errors).toEqual([]);
      return await world.askApp('large', '{ part0xes { id } }');
    });
    expect(answer.errors).toEqual([]);
    expect(heldUpMs).toBeLessThan(3 * MAX_HELD_UP_MS);
  });
});

describe('an answer of several apps', () => {
  it('is refused when its lists multiply, and holds nobody up', async () => {
    const end = 'tickets { id customer { name owner { name } } }';
    const query = `{ tickets { agent { tickets { customer { tickets { agent { ${end} } } } } } } }`;
    const { answer, heldUpMs } = await beside(() => world.askApp('helpdesk', query, { once: true }));
    expect(answer.errors.map(({ extensions }) => extensions['code'])).toContain('BAD_USER_INPUT');
    expect(heldUpMs).toBeLessThan(3 * MAX_HELD_UP_MS);
  });
});
