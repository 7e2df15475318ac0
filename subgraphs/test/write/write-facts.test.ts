/** An answer of a mutation tells which events it has committed, to who asks for them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { entity } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('ticket', [
      { name: 'title', type: 'string' },
      { name: 'stage', type: 'string', enum: ['open', 'closed'] },
    ]),
    entity('label', [{ name: 'name', type: 'string', unique: true }]),
  ],
  relations: [
    {
      name: 'ticket_labels',
      type: 'many_to_many',
      source: 'ticket',
      target: 'label',
      join_table: 'ticket_labels',
      source_join_key: 'ticket_id',
      target_join_key: 'label_id',
    },
  ],
  state_machines: [
    {
      entity: 'ticket',
      field: 'stage',
      definition: {
        initial: 'open',
        transitions: [{ from: 'open', to: 'closed', actions: [{ type: 'send_event', event: 'closed' }] }],
      },
    },
  ],
};
const NOBODY = '00000000-0000-4000-8000-00000000dead';

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app.dispose());

const rows = (text: string) => app.database.query({ text, values: [] });
/** The facts of an operation, and what is in the outbox because of it. */
async function asked(query: string) {
  const [[before] = []] = await rows('SELECT coalesce(max(id), 0)::text FROM _outbox');
  const answer = await app.answer(query, { wantsFacts: true });
  const stored = await rows(
    `SELECT id::text, subject FROM _outbox o WHERE id > ${String(before)} ORDER BY o.id`,
  );
  const kinds = stored.map(([, subject]) => String(subject).split('.')[1]);
  return { answer, facts: answer.facts, ids: stored.map(([id]) => id), kinds };
}
async function created(name: 'Ticket' | 'Label', input: string): Promise<string> {
  const { data } = await app.ask(
    `mutation { made: create${name}(input: ${input}) { record: ${name.toLowerCase()} { id } } }`,
  );
  expect(data).toEqual({ made: { record: { id: expect.any(String) } } });
  return String(Object(data)['made'].record.id);
}

it('of changes, effects and links, of all root fields', async () => {
  const [ticket, label] = [
    await created('Ticket', '{ title: "t", stage: OPEN }'),
    await created('Label', '{ name: "first" }'),
  ];
  const { facts, ids, kinds, answer } = await asked(`mutation {
    a: createLabel(input: { name: "second" }) { errors { code } }
    b: updateTicket(id: "${ticket}", patch: { stage: CLOSED, labels: { add: ["${label}"] } }) { errors { message } }
  }`);
  expect(answer.result()).toEqual({ data: { a: { errors: [] }, b: { errors: [] } } });
  expect(kinds).toEqual(['ev', 'ev', 'fx', 'tg']);
  expect(facts).toEqual({ kind: 'write', events: ids });
});

it('of the root fields that have committed, although others were refused or failed', async () => {
  const { facts, ids, kinds, answer } = await asked(`mutation {
    a: createLabel(input: { name: "third" }) { errors { code } }
    b: updateLabel(id: "${NOBODY}", patch: { name: "x" }) { errors { code } }
    c: createLabel(input: { name: "fourth" }) { errors { code } }
  }`);
  expect(answer.result().data).toMatchObject({ b: { errors: [{ code: 'NOT_FOUND' }] } });
  expect(kinds).toEqual(['ev', 'ev']);
  expect(facts).toEqual({ kind: 'write', events: ids });
});

it('with errors in the answer too', async () => {
  await rows(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.payload->'record'->>'name' = 'refused' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$`);
  await rows('CREATE TRIGGER refuse BEFORE INSERT ON _outbox FOR EACH ROW EXECUTE FUNCTION refuse()');
  try {
    const { facts, ids, answer } = await asked(`mutation {
      a: createLabel(input: { name: "fifth" }) { errors { code } }
      b: createLabel(input: { name: "refused" }) { errors { code } }
      c: createLabel(input: { name: "sixth" }) { errors { code } }
    }`);
    expect(answer.hasErrors).toBe(true);
    expect(ids).toHaveLength(2);
    expect(facts).toEqual({ kind: 'write', events: ids });
  } finally {
    await rows('DROP TRIGGER refuse ON _outbox');
  }
});

it('of none, where nothing has changed', async () => {
  const { facts } = await asked(`mutation { deleteLabel(id: "${NOBODY}") { errors { code } } }`);
  expect(facts).toEqual({ kind: 'write', events: [] });
});

it('to nobody who does not ask', async () => {
  const answer = await app.answer('mutation { createLabel(input: { name: "seventh" }) { errors { code } } }');
  expect(answer.facts).toBeNull();
});
