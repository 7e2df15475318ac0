/** What would make an app faster: from what is asked of a shard to the admin API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesDocument } from './harness/notes.ts';
import { createWorld, type World } from './harness/world.ts';

const ADVICE = `query($name: ID!) { appAdvice(name: $name) { since suggestions { entity rows count
  remedy { __typename ... on DocumentRemedy { field property } ... on SqlRemedy { sql } ... on QueryRemedy { field use } }
  queries { equal range text json order { field descending } count operations } } } }`;
const SLOW = `query($name: ID!, $plans: Boolean) { appSlowQueries(name: $name, plans: $plans) {
  sql operation count meanMs worstMs lastSeenAt plan noPlan } }`;

let world: World;
beforeAll(async () => {
  world = await createWorld({ ROCKET_SLOW_QUERY_MS: '1' });
  expect((await world.importApp('notes', notesDocument())).errors).toEqual([]);
});
afterAll(() => world.dispose());

const admin = (query: string, variables: Readonly<Record<string, unknown>>, token?: string | null) =>
  world.ask('/admin/graphql', query, { variables, ...(token === undefined ? {} : { token }) });
const notes = async (query: string) =>
  expect((await world.askApp('notes', query, { once: true })).errors).toEqual([]);

async function suggestions(): Promise<unknown> {
  const { data, errors } = await admin(ADVICE, { name: world.app('notes') });
  expect(errors).toEqual([]);
  const advice = data?.['appAdvice'] as { since: string; suggestions: unknown };
  expect(new Date(advice.since).toISOString()).toBe(advice.since);
  return advice.suggestions;
}

describe('advice', () => {
  const plain = { equal: [], range: [], text: [], json: [] };
  const id = { field: 'id', descending: false };

  it('is silent before anything was asked, and on what has its index', async () => {
    expect(await suggestions()).toEqual([]);
    await notes('{ notes(limit: 5) { title } }');
    expect(await suggestions()).toEqual([]);
  });

  it('names what to change in the document, and who asks', async () => {
    await notes('query ByTitle { notes(where: { title: { eq: "Lorem 7" } }) { id } }');
    await notes('query ByTitle { notes(where: { title: { eq: "Lorem 14" } }) { id } }');
    await notes('query Ranked { notes(where: { title: { eq: "x" } }, orderBy: [{ rank: DESC }]) { id } }');
    await notes('{ notes(where: { title: { contains: "orem" } }) { id } }');
    const note = { entity: 'note', rows: expect.any(Number) };
    const ranked = [
      { field: 'rank', descending: true },
      { field: 'id', descending: true },
    ];
    expect(await suggestions()).toEqual([
      {
        ...note,
        count: 3,
        remedy: { __typename: 'DocumentRemedy', field: 'note.title', property: 'indexed' },
        queries: [
          { ...plain, equal: ['title'], order: [id], count: 2, operations: ['ByTitle'] },
          { ...plain, equal: ['title'], order: ranked, count: 1, operations: ['Ranked'] },
        ],
      },
      {
        ...note,
        count: 1,
        remedy: { __typename: 'DocumentRemedy', field: 'note.title', property: 'searchable' },
        queries: [{ ...plain, text: ['title'], order: [id], count: 1, operations: [] }],
      },
    ]);
  });

  it('names the SQL or the other query that is left when the document was changed', async () => {
    const { errors } = await world.importApp('notes', notesDocument({ indexed: true, searchable: true }));
    expect(errors).toEqual([]);
    expect(await suggestions()).toMatchObject([
      {
        remedy: {
          __typename: 'SqlRemedy',
          sql: expect.stringMatching(/^CREATE INDEX .* ON "notes" \("title", "rank", "id"\)$/),
        },
        queries: [{ operations: ['Ranked'] }],
      },
      { remedy: { __typename: 'QueryRemedy', field: 'note.title', use: 'search' } },
    ]);
  });
});

describe('slow queries', () => {
  const mine = async (plans?: boolean) => {
    const { data, errors } = await admin(SLOW, { name: world.app('notes'), plans });
    expect(errors).toEqual([]);
    const all = data?.['appSlowQueries'] as { operation: string | null; worstMs: number }[];
    return { all, mine: all.filter(({ operation }) => operation === 'Everywhere') };
  };

  it('are told with their operation, the worst first, without values', async () => {
    await notes('query Everywhere { notes(where: { title: { like: "%needle%" } }) { id title rank } }');
    const found = await mine();
    expect(found.mine).toEqual([
      {
        sql: expect.stringContaining('"notes"'),
        operation: 'Everywhere',
        count: 1,
        meanMs: expect.any(Number),
        worstMs: expect.any(Number),
        lastSeenAt: expect.any(String),
        plan: null,
        noPlan: null,
      },
    ]);
    expect(JSON.stringify(found.all)).not.toContain('needle');
    const worst = found.all.map(({ worstMs }) => worstMs);
    expect(worst).toEqual([...worst].sort((a, b) => b - a));
  });

  it('come with how Postgres would run them when that is asked for', async () => {
    expect((await mine(true)).mine).toMatchObject([{ plan: expect.stringContaining('notes'), noPlan: null }]);
  });
});

describe('both', () => {
  it.each([
    { name: 'advice', query: ADVICE },
    { name: 'slow queries', query: SLOW },
  ])('are for platform admins, of apps that are there: $name', async ({ query }) => {
    const name = world.app('notes');
    const { token } = await world.signIn('notes', ['admin']);
    expect((await admin(query, { name }, token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await admin(query, { name }, null)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect((await admin(query, { name: 'nowhere' })).errors).toMatchObject([
      { message: 'There is no app nowhere', extensions: { code: 'APP_NOT_FOUND' } },
    ]);
  });
});
