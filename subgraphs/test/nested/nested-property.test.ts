/** Random nested payloads, against a naive model of the three modes. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNestedApp, helpdesk, type Input, type NestedApp, NOBODY } from '../support/nested-app.ts';

const CASES = 300;

type Mode = 'DIFF' | 'REPLACE' | 'APPEND';

/** A response or an attachment. */
interface Child {
  readonly id: string | null;
  readonly value: string;
  readonly children: readonly Child[];
}

interface Item {
  readonly id: string | null;
  readonly delete: boolean;
  readonly value: string | null;
  readonly nested: Nested | null;
}

interface Nested {
  readonly mode: Mode | null;
  readonly data: readonly Item[];
}

interface Payload {
  readonly responses: Nested;
  readonly labels: { mode: Mode | null; data: { id: string; delete: boolean }[] };
}

const uuid = (kind: string, number: number) => `${kind}0000000-0000-4000-8000-00000000000${number}`;
const [TICKET, OTHER] = [uuid('a', 1), uuid('a', 2)];
const RESPONSES = [1, 2, 3].map((number) => uuid('b', number));
const FOREIGN_RESPONSE = uuid('b', 9);
const ATTACHMENTS = [1, 2, 3, 4].map((number) => uuid('c', number));
const LABELS = [1, 2, 3, 4].map((number) => uuid('d', number));
/** Response 1 has attachments 1 and 2, response 2 has the others. */
const BEFORE: readonly Child[] = [
  { id: uuid('b', 1), value: 'r1', children: [leaf(uuid('c', 1), 'a'), leaf(uuid('c', 2), 'b')] },
  { id: uuid('b', 2), value: 'r2', children: [leaf(uuid('c', 3), 'a'), leaf(uuid('c', 4), 'c')] },
  { id: uuid('b', 3), value: 'r3', children: [] },
];
const LINKED = LABELS.slice(0, 2);

function leaf(id: string, value: string): Child {
  return { id, value, children: [] };
}

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(helpdesk);
});
afterAll(() => app.app.dispose());

async function reset(): Promise<void> {
  await app.clear();
  const insert = (text: string, values: readonly unknown[]) => app.rows(text, values);
  await insert('INSERT INTO tickets (id, title) SELECT unnest($1::uuid[]), $2', [[TICKET, OTHER], 't']);
  await insert(
    `INSERT INTO responses (id, body, ticket_id) SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[])`,
    [
      [...RESPONSES, FOREIGN_RESPONSE],
      ['r1', 'r2', 'r3', 'foreign'],
      [TICKET, TICKET, TICKET, OTHER],
    ],
  );
  await insert(
    `INSERT INTO attachments (id, name, response_id) SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[])`,
    [ATTACHMENTS, ['a', 'b', 'a', 'c'], [1, 1, 2, 2].map((number) => uuid('b', number))],
  );
  await insert('INSERT INTO labels (id) SELECT unnest($1::uuid[])', [LABELS]);
  await insert('INSERT INTO ticket_labels (ticket_id, label_id) SELECT $1::uuid, unnest($2::uuid[])', [
    TICKET,
    LINKED,
  ]);
}

const mode = fc.option(fc.constantFrom<Mode>('DIFF', 'REPLACE', 'APPEND'), { freq: 4 });
const often = (value: fc.Arbitrary<string>, rare: string) =>
  fc.oneof({ weight: 20, arbitrary: value }, { weight: 1, arbitrary: fc.constant(rare) });
const item = (
  keys: readonly string[],
  foreign: string,
  of: { value: fc.Arbitrary<string | null>; nested: fc.Arbitrary<Nested | null> },
) =>
  fc.record({
    id: fc.option(often(fc.constantFrom(...keys), foreign), { freq: 2 }),
    delete: fc.oneof(
      { weight: 4, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    ...of,
  });
const nested = (of: fc.Arbitrary<Item>): fc.Arbitrary<Nested> =>
  fc.record({
    mode,
    // Mostly without the faults that every random list would have.
    data: fc.uniqueArray(of, { maxLength: 4, selector: ({ id }) => id ?? {} }),
  });
const attachment = item(ATTACHMENTS, NOBODY, {
  value: often(fc.constantFrom('a', 'b', 'c'), 'wrong'),
  nested: fc.constant(null),
});
const response = item(RESPONSES, FOREIGN_RESPONSE, {
  value: fc.option(fc.constantFrom('x', 'y', 'r1'), { freq: 8 }),
  nested: fc.option(nested(attachment), { freq: 2 }),
});
const payload: fc.Arbitrary<Payload> = fc.record({
  responses: nested(response),
  labels: fc.record({
    mode,
    data: fc.uniqueArray(fc.record({ id: often(fc.constantFrom(...LABELS), NOBODY), delete: fc.boolean() }), {
      maxLength: 4,
      selector: ({ id }) => id,
    }),
  }),
});

/** As GraphQL would deliver it. What is null in the payload is left out. */
function input({ responses, labels }: Payload): Input {
  const list = (of: Nested, field: string): Input => ({
    ...(of.mode === null ? {} : { mode: of.mode }),
    data: of.data.map((each) => ({
      ...(each.id === null ? {} : { id: each.id }),
      ...(each.delete ? { delete: true } : {}),
      ...(each.value === null ? {} : { [field]: each.value }),
      ...(each.nested === null ? {} : { attachments: list(each.nested, 'name') }),
    })),
  });
  return { responses: list(responses, 'body'), labels: { ...labels, mode: labels.mode ?? undefined } };
}

/** What is left of children; null where something is wrong with the payload. */
function written(
  current: readonly Child[],
  of: Nested,
  isValid: (value: string) => boolean,
): readonly Child[] | null {
  const mode = of.mode ?? 'DIFF';
  const named = new Set(of.data.map(({ id }) => id));
  const left: Child[] = current.filter(({ id }) => mode !== 'REPLACE' && !named.has(id));
  for (const each of of.data) {
    const known = current.find(({ id }) => id === each.id);
    if (each.id === null ? each.delete : known === undefined || mode === 'APPEND') return null;
    if (each.delete) continue;
    const value = each.value ?? known?.value;
    if (value === undefined || !isValid(value)) return null;
    const children =
      each.nested === null ? (known?.children ?? []) : written(known?.children ?? [], each.nested, isName);
    if (children === null) return null;
    left.push({ id: each.id, value, children });
  }
  return left;
}

const isName = (value: string) => ['a', 'b', 'c'].includes(value);

function linked({ labels }: Payload): readonly string[] | null {
  const added = labels.data.filter((each) => !each.delete).map(({ id }) => id);
  const removed = labels.data.filter((each) => each.delete).map(({ id }) => id);
  if (added.includes(NOBODY) || (labels.mode === 'APPEND' && removed.length > 0)) return null;
  const kept = labels.mode === 'REPLACE' ? [] : LINKED.filter((id) => !removed.includes(id));
  return [...new Set([...kept, ...added])].sort();
}

/** In an order of its own; records that are new have no key that could be foreseen. */
function shape(children: readonly Child[]): string[] {
  const known = new Set<string | null>([...RESPONSES, ...ATTACHMENTS]);
  return children
    .map(({ id, value, children: below }) =>
      JSON.stringify([known.has(id) ? id : 'new', value, shape(below)]),
    )
    .sort();
}

async function stored(): Promise<{ children: string[]; labels: readonly unknown[]; others: unknown }> {
  const responses = await app.rows(
    'SELECT id, body FROM responses WHERE ticket_id = $1::uuid AND deleted_at IS NULL',
    [TICKET],
  );
  const attachments = await app.rows('SELECT id, name, response_id FROM attachments');
  const children = responses.map(([id, body]) => ({
    id: String(id),
    value: String(body),
    children: attachments
      .filter(([, , parent]) => parent === id)
      .map(([key, name]) => leaf(String(key), String(name))),
  }));
  const links = await app.rows('SELECT label_id FROM ticket_labels WHERE ticket_id = $1::uuid ORDER BY 1', [
    TICKET,
  ]);
  const orphans = attachments.filter(([, , parent]) => responses.every(([id]) => id !== parent));
  const foreign = await app.rows('SELECT body FROM responses WHERE ticket_id = $1::uuid', [OTHER]);
  return { children: shape(children), labels: links.map(([id]) => id), others: [orphans.length, foreign] };
}

it('leave what a naive model leaves, or nothing where it refuses', { timeout: 120_000 }, async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(payload, async (sample) => {
      await reset();
      const children = written(BEFORE, sample.responses, () => true);
      const labels = linked(sample);
      const result = await app.update('ticket', TICKET, input(sample));
      const isRight = children !== null && labels !== null;
      if (isRight) accepted += 1;
      expect(result.ok).toBe(isRight);
      expect(await stored()).toEqual({
        children: shape(isRight ? children : BEFORE),
        labels: isRight ? labels : LINKED,
        others: [0, [['foreign']]],
      });
    }),
    { numRuns: CASES },
  );
  // Neither of the two outcomes is rare.
  expect(accepted).toBeGreaterThan(CASES / 10);
  expect(accepted).toBeLessThan((CASES * 9) / 10);
});
