/** Records that transitions of state machines create. */
import type { Caller } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { keyOf, relation, text } from '../support/nested-app.ts';
import { createReceiver, createWebhookApp, type Receiver, type WebhookApp } from '../support/webhook-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

const AGENT = callerWith(['agent'], 'u-agent');
const expression = (of: string) => ({ expression: of });
const create = (of: string, values: object) => ({ type: 'create_record', entity: of, values });
const machine = (of: string, actions: readonly object[], field = 'status') => ({
  ...{ entity: of, field },
  definition: { initial: 'open', transitions: [{ from: 'open', to: 'done', actions }] },
});
const status = text('status', { default: 'open' });

const RESPONSE = create('response', {
  ticket_id: expression('record.id'),
  body: expression("'Resolved: ' + record.title"),
  code: expression('record.code'),
  by: expression("action + ' from ' + old.status + ' by ' + user.id"),
  at: expression('now'),
  day: 'now',
  amount: expression('(record.amount ?? 0) * 2'),
  points: expression('record.points'),
  data: { ticket: { title: expression('record.title'), tags: ['a'] } },
});

const documentOf = (base: string) => ({
  version: 1,
  entities: [
    entity('project', [text('name'), status]),
    entity('ticket', [
      ...[text('title'), text('code'), status, text('other', { default: 'open' })],
      ...[
        { name: 'amount', type: 'decimal', precision: 2 },
        { name: 'points', type: 'bigint' },
        { name: 'done_at', type: 'timestamp' },
        { name: 'project_id', type: 'uuid' },
      ],
    ]),
    entity(
      'response',
      [
        ...[
          text('body', { required: true }),
          text('code', { unique: true }),
          text('by'),
          text('slug', { unique: true }),
        ],
        ...[text('kind', { default: 'note' }), status],
        ...[
          { name: 'at', type: 'timestamp' },
          { name: 'day', type: 'date' },
          { name: 'amount', type: 'decimal', precision: 2 },
          { name: 'points', type: 'bigint' },
          { name: 'data', type: 'json' },
          { name: 'ticket_id', type: 'uuid' },
        ],
      ],
      { slug: { field: 'slug', source: 'body' } },
    ),
    entity('counter', [status], { keyType: 'int' }),
    entity('ledger', [status], { keyType: 'bigint' }),
    entity('mark', [
      text('name', { required: true }),
      { name: 'counter_id', type: 'int' },
      { name: 'ledger_id', type: 'bigint' },
    ]),
    entity('batch', [{ name: 'size', type: 'int' }, status]),
    entity('item', [status, { name: 'batch_id', type: 'uuid' }]),
  ],
  relations: [
    relation('project', 'ticket', { graphql: { field: 'tickets', inverse_field: 'project' } }),
    relation('ticket', 'response', { graphql: { field: 'responses', inverse_field: 'ticket' } }),
    relation('counter', 'mark'),
    relation('ledger', 'mark'),
    relation('batch', 'item', { graphql: { field: 'items', inverse_field: 'batch' } }),
  ],
  rules: [
    {
      entity: 'response',
      type: 'expression',
      definition: {
        expression: "record.body == 'Resolved: forbidden' && user.id == 'u-agent'",
        message: 'No such responses',
      },
    },
  ],
  state_machines: [
    machine('ticket', [RESPONSE, { type: 'set_field', field: 'done_at', value: 'now' }]),
    machine('ticket', [create('mark', { name: expression('record.title') })], 'other'),
    machine('project', [
      create('mark', { name: 'first' }),
      create('mark', { name: expression('record.name + 1 / len(record.name)') }),
    ]),
    machine('response', [create('mark', { name: 'response' })]),
    machine('counter', [create('mark', { name: 'counter', counter_id: expression('record.id') })]),
    machine('ledger', [create('mark', { name: 'ledger', ledger_id: expression('record.id') })]),
    machine('item', [create('mark', { name: 'item' }), { type: 'create_record', entity: 'mark', data: {} }]),
  ],
  permissions: [
    ...['ticket', 'project', 'item', 'batch'].flatMap((name) => [
      { entity: name, action: 'read', roles: ['agent'] },
      { entity: name, action: 'update', roles: ['agent'] },
    ]),
  ],
  webhooks: [
    {
      entity: 'response',
      hook: 'before_write',
      url: `${base}/response`,
      condition: "record.code == 'asked'",
    },
  ],
});

let receiver: Receiver;
let app: WebhookApp;
beforeAll(async () => {
  receiver = await createReceiver();
  app = await createWebhookApp({ receiver, document: documentOf(receiver.base) });
});
afterAll(async () => {
  await app.dispose();
  await receiver.close();
});
afterEach(() => app.clear());

const newTicket = async (values: object = {}) =>
  keyOf(await app.create('ticket', { title: 'help', ...values }));
const done = (of: string, id: string, caller: Caller = AGENT, field = 'status') =>
  app.writes().update(caller, of, { id, patch: { [field]: 'done' } });
const events = () =>
  app.rows(
    "SELECT subject, payload FROM _outbox WHERE subject NOT LIKE '%.create' OR payload->>'actor' = 'u-agent'",
  );
const count = async (table: string) => Number((await app.rows(`SELECT count(*) FROM ${table}`))[0]?.[0]);

it('a record is created from the one whose state changes, as it is stored', async () => {
  const id = await newTicket({ code: 'c', amount: '1.25', points: '9007199254740993' });
  keyOf(await done('ticket', id));
  const rows = await app.rows(
    `SELECT r.ticket_id, r.body, r.code, r.by, r.kind, r.status, r.slug, r.amount, r.points, r.data, r.at = t.done_at,
       r.day = (t.done_at AT TIME ZONE 'UTC')::date, r._version FROM responses r JOIN tickets t ON t.id = r.ticket_id`,
  );
  expect(rows).toEqual([
    [
      ...[id, 'Resolved: help', 'c', 'update from open by u-agent', 'note', 'open', 'resolved-help'],
      ...['2.50', '9007199254740993', { ticket: { title: 'help', tags: ['a'] } }, true, true, 1],
    ],
  ]);
});

it('its event has the user, and follows that of the record in the same transaction', async () => {
  const id = await newTicket();
  keyOf(await done('ticket', id));
  const told = await events();
  expect(told.map(([subject]) => subject)).toEqual([
    'rocket.ev.test_app.ticket.update',
    'rocket.ev.test_app.response.create',
  ]);
  expect(told[1]?.[1]).toMatchObject({ op: 'create', actor: 'u-agent', record: { ticket_id: id } });
  const together = "SELECT count(DISTINCT xmin::text)::int FROM _outbox WHERE payload->>'actor' = 'u-agent'";
  expect(await app.rows(together)).toEqual([[1]]);
});

it('the permissions of the caller do not count for it, but still for what they write', async () => {
  const id = await newTicket();
  const forbidden = { code: 'FORBIDDEN' };
  await expect(app.writes().create(AGENT, 'response', { body: 'x' })).rejects.toMatchObject(forbidden);
  await expect(done('ticket', id, callerWith(['guest']))).rejects.toMatchObject(forbidden);
  keyOf(await done('ticket', id));
  expect(await count('responses')).toBe(1);
  await expect(app.writes().create(AGENT, 'response', { body: 'x' })).rejects.toMatchObject(forbidden);
});

it.each([
  ['a rule', { title: 'forbidden' }, 'VALIDATION_FAILED', 'expression', 'No such responses'],
  ['a unique value', { code: 'taken' }, 'UNIQUE_VIOLATION', 'unique', 'code is already taken'],
])('%s that refuses it refuses the transition', async (_name, values, code, rule, message) => {
  keyOf(await app.create('response', { body: 'x', code: 'taken' }));
  const id = await newTicket(values);
  expect(await done('ticket', id)).toEqual({
    ok: false,
    errors: [{ code, rule, path: ['patch', 'status'], message: `No response can be created: ${message}` }],
  });
  expect(await app.rows('SELECT status, _version, done_at FROM tickets')).toEqual([['open', 1, null]]);
  expect(await count('responses')).toBe(1);
  expect(await events()).toEqual([]);
});

it('so do what is missing and what cannot be evaluated, and nothing that was created before stays', async () => {
  const untitled = keyOf(await app.create('ticket', { title: null }));
  expect(await done('ticket', untitled, AGENT, 'other')).toMatchObject({
    errors: [
      { rule: 'required', path: ['patch', 'other'], message: 'No mark can be created: name is required' },
    ],
  });
  const project = keyOf(await app.create('project', { name: '' }));
  expect(await done('project', project)).toEqual({
    ok: false,
    errors: [
      {
        ...{ code: 'VALIDATION_FAILED', rule: 'state_machine', path: ['patch', 'status'] },
        message: expect.stringMatching(/^No mark can be created: name cannot be evaluated: .*zero/),
      },
    ],
  });
  expect(await count('marks')).toBe(0);
});

it('records that are written along create theirs, with the paths of those that may not', async () => {
  const project = keyOf(
    await app.create('project', {
      name: 'p',
      tickets: {
        data: [
          { title: 'a', code: 'a' },
          { title: 'b', code: 'b' },
          { title: 'c', code: 'c' },
        ],
      },
    }),
  );
  const ids = (await app.rows('SELECT id FROM tickets ORDER BY title')).map(([id]) => String(id));
  const close = (change: object) =>
    app.update('project', project, {
      tickets: { data: ids.map((id) => ({ id, status: 'done', ...change })) },
    });
  expect(await close({ code: 'same' })).toMatchObject({
    errors: [{ code: 'UNIQUE_VIOLATION', path: ['patch', 'tickets', 'data', '1', 'status'] }],
  });
  expect(await count('responses')).toBe(0);
  keyOf(await close({}));
  expect(await app.rows('SELECT ticket_id, code FROM responses ORDER BY code')).toEqual(
    ids.map((id, index) => [id, 'abc'[index]]),
  );
});

it('no transition without a change of the state, none of a new record, and none of the created one', async () => {
  const id = await newTicket();
  keyOf(await app.update('ticket', id, { title: 'x', status: 'open' }));
  expect(await count('responses')).toBe(0);
  keyOf(await done('ticket', id));
  expect(await app.rows('SELECT status FROM responses')).toEqual([['open']]);
  expect(await count('marks')).toBe(0);
});

it('keys that are numbers are referred to', async () => {
  const counter = keyOf(await app.create('counter', {}));
  keyOf(await done('counter', counter, { ...AGENT, isAdmin: true }));
  await app.rows('ALTER TABLE ledgers ALTER COLUMN id RESTART WITH 9007199254740993');
  const ledger = keyOf(await app.create('ledger', {}));
  keyOf(await done('ledger', ledger, { ...AGENT, isAdmin: true }));
  const marks = await app.rows('SELECT counter_id::text, ledger_id::text FROM marks ORDER BY name');
  expect(marks).toEqual([
    [counter, null],
    [null, '9007199254740993'],
  ]);
});

it('a receiver that is asked about such records may refuse the transition', async () => {
  const id = await newTicket({ code: 'asked' });
  receiver.answer = (_, response) => response.writeHead(422).end('{"message": "not now"}');
  expect(await done('ticket', id)).toEqual({
    ok: false,
    errors: [
      { code: 'WEBHOOK_REFUSED', message: 'not now', path: ['patch', 'status'], rule: 'before_write' },
    ],
  });
  expect(await app.rows('SELECT status FROM tickets')).toEqual([['open']]);
  expect(await count('responses')).toBe(0);
  receiver.reset();
  keyOf(await done('ticket', id));
  expect(receiver.received.map(({ path, payload }) => [path, payload?.['user']])).toMatchObject([
    ['/response', { id: 'u-agent' }],
  ]);
});

it('a write creates at most 1,000 records; an action without values creates none', async () => {
  const batch = keyOf(
    await app.create('batch', { items: { data: Array.from({ length: 1_001 }, () => ({ status: 'open' })) } }),
  );
  const ids = (await app.rows('SELECT id FROM items')).map(([id]) => id);
  const close = (some: readonly unknown[]) =>
    app.update('batch', batch, { items: { data: some.map((id) => ({ id, status: 'done' })) } });
  expect(await close(ids)).toMatchObject({
    errors: [
      {
        path: ['patch', 'items', 'data', '1000', 'status'],
        message: 'The transitions of one write may create at most 1000 records',
      },
    ],
  });
  keyOf(await close(ids.slice(1)));
  expect(await count('marks')).toBe(1_000);
});
