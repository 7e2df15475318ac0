import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { relation, text } from '../support/nested-app.ts';
import { createReceiver, createWebhookApp, type Receiver, type WebhookApp } from '../support/webhook-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

const SECRET = 'open sesame';

const documentOf = (base: string) => ({
  version: 1,
  entities: [
    entity('ticket', [
      text('title'),
      text('status'),
      text('code', { unique: true }),
      { name: 'data', type: 'json' },
      { name: 'points', type: 'bigint' },
    ]),
    entity('response', [
      text('body'),
      { name: 'ticket_id', type: 'uuid' },
      { name: 'other_id', type: 'uuid' },
      { name: 'third_id', type: 'uuid' },
    ]),
    entity('file_note', [text('body'), { name: 'response_id', type: 'uuid' }], { soft_delete: true }),
    entity('plain', [text('title')]),
    entity('reader', [text('title')]),
    entity('remote', [text('title')]),
  ],
  relations: [
    relation('ticket', 'response', {
      name: 'responses',
      on_delete: 'cascade',
      graphql: { field: 'responses', inverse_field: 'ticket' },
    }),
    relation('response', 'file_note', {
      name: 'notes',
      on_delete: 'cascade',
      graphql: { field: 'notes', inverse_field: 'response' },
    }),
    relation('ticket', 'response', {
      name: 'others',
      target_key: 'other_id',
      on_delete: 'set_null',
      graphql: { field: 'others', inverse_field: 'other' },
    }),
    relation('ticket', 'response', {
      name: 'thirds',
      target_key: 'third_id',
      on_delete: 'set_null',
      graphql: { field: 'thirds', inverse_field: 'third' },
    }),
  ],
  permissions: [{ entity: 'ticket', action: 'create', roles: ['agent'] }],
  webhooks: [
    { entity: 'ticket', hook: 'before_write', url: `${base}/z-first` },
    {
      entity: 'ticket',
      hook: 'before_write',
      url: `${base}/closing?key=hidden`,
      method: 'PUT',
      condition:
        "event == 'before_write' && entity == 'ticket' && changes.status.new == 'closed' && user.id != null",
      headers: { 'X-Key': 'Bearer {{env.HOOK_KEY}}!', 'Content-Type': 'application/vnd.x+json' },
    },
    { entity: 'ticket', hook: 'before_write', url: `${base}/off`, active: false },
    { entity: 'ticket', hook: 'after_write', url: `${base}/after` },
    { entity: 'ticket', hook: 'before_write', url: `${base}/faulty`, condition: '1 / record.points > 0' },
    { entity: 'ticket', hook: 'before_delete', url: `${base}/gone`, method: 'DELETE' },
    { entity: 'response', hook: 'before_write', url: `${base}/response` },
    { entity: 'response', hook: 'before_delete', url: `${base}/response-gone` },
    { entity: 'file_note', hook: 'before_write', url: `${base}/note` },
    { entity: 'file_note', hook: 'before_delete', url: `${base}/note-gone` },
    { entity: 'reader', hook: 'before_write', url: `${base}/get`, method: 'GET' },
    {
      entity: 'remote',
      hook: 'before_write',
      url: `${base}/remote`,
      headers: { 'X-Key': '{{env.NOT_ALLOWED}}' },
    },
  ],
});

let receiver: Receiver;
let app: WebhookApp;
beforeAll(async () => {
  receiver = await createReceiver();
  const document = documentOf(receiver.base);
  app = await createWebhookApp({ receiver, document, variables: { HOOK_KEY: SECRET } });
});
afterAll(async () => {
  await app.dispose();
  await receiver.close();
});
afterEach(() => app.clear());

type Result = Awaited<ReturnType<WebhookApp['create']>>;

function keyOf(result: Result): string {
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.key;
}

const paths = () => receiver.received.map(({ path }) => path);
const payloads = () => receiver.received.map(({ payload }) => payload);
const ofTable = async (table: string) => (await app.rows(`SELECT * FROM ${table}`)).length;
const events = async () => (await app.rows('SELECT subject FROM _outbox ORDER BY id')).map(([one]) => one);

const refuseAt = (path: string, status = 422, body = '') => {
  receiver.answer = (request, response) => {
    response.writeHead(request.path === path ? status : 200).end(request.path === path ? body : '');
  };
};

const ticket = (more: object = {}) => app.create('ticket', { title: 't', points: '2', ...more });

describe('what the receiver is told', () => {
  it('of a new record: as it is stored, with its key, and every field that has a value', async () => {
    const id = keyOf(
      await app.create(
        'ticket',
        { title: 't', points: '9007199254740993', data: { a: [1] } },
        callerWith(['agent'], 'u-7'),
      ),
    );
    const record = { id, title: 't', status: null, code: null, data: { a: [1] } };
    expect(payloads()[0]).toMatchObject({
      event: 'before_write',
      entity: 'ticket',
      action: 'create',
      record,
      old: {},
      changes: { id: { new: id }, title: { new: 't' }, data: { new: { a: [1] } } },
      user: { id: 'u-7', roles: ['agent'] },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      idempotency_key: expect.stringMatching(/^wh_[0-9a-f-]{36}$/),
    });
    expect(Object.keys(payloads()[0]?.['changes'] ?? {})).toEqual(['id', 'title', 'data', 'points']);
    expect(receiver.received[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      text: expect.stringContaining('9007199254740993'),
    });
  });

  it('of an update: what differs by value, and the record as it was', async () => {
    const id = keyOf(await ticket({ data: { a: 1, b: [2] } }));
    receiver.reset();
    keyOf(await app.update('ticket', id, { title: 'u', data: { b: [2], a: 1 } }));
    expect(payloads()[0]).toMatchObject({
      action: 'update',
      record: { id, title: 'u', data: { a: 1, b: [2] } },
      old: { id, title: 't' },
    });
    expect(payloads()[0]?.['changes']).toEqual({ title: { old: 't', new: 'u' } });
    receiver.reset();
    keyOf(await app.update('ticket', id, { title: 'u' }));
    expect(paths()).toEqual([]);
  });

  it('of a delete: the record as it was, with neither old nor changes', async () => {
    const id = keyOf(await ticket());
    receiver.reset();
    keyOf(await app.remove('ticket', id));
    expect(receiver.received).toMatchObject([
      {
        path: '/gone',
        method: 'DELETE',
        payload: { event: 'before_delete', action: 'delete', record: { id, title: 't' } },
      },
    ]);
    expect(Object.keys(payloads()[0] ?? {})).not.toEqual(expect.arrayContaining(['old', 'changes']));
  });

  it('one after the other in the order of the document, where their conditions hold; all with one key', async () => {
    const id = keyOf(await ticket({ status: 'open' }));
    expect(paths()).toEqual(['/z-first', '/faulty']);
    receiver.reset();
    keyOf(await app.update('ticket', id, { status: 'closed' }));
    expect(paths()).toEqual(['/z-first', '/closing?key=hidden', '/faulty']);
    expect(new Set(payloads().map((payload) => payload?.['idempotency_key'])).size).toBe(1);
    expect(receiver.received[1]).toMatchObject({
      method: 'PUT',
      headers: { 'x-key': `Bearer ${SECRET}!`, 'content-type': 'application/vnd.x+json' },
    });
  });

  it('by a GET nothing but that it is called', async () => {
    keyOf(await app.create('reader', { title: 'r' }));
    expect(receiver.received).toMatchObject([{ path: '/get', method: 'GET', text: '' }]);
    expect(receiver.received[0]?.headers).not.toHaveProperty('content-type');
  });

  it('nothing of an entity without such webhooks', async () => {
    const id = keyOf(await app.create('plain', { title: 'p' }));
    keyOf(await app.update('plain', id, { title: 'q' }));
    keyOf(await app.remove('plain', id));
    expect(paths()).toEqual([]);
  });

  it('nothing when the write would fail anyway', async () => {
    keyOf(await ticket({ code: 'c' }));
    receiver.reset();
    const responses = { data: [{ body: 'r' }] };
    expect(await ticket({ code: 'c', responses })).toMatchObject({ errors: [{ code: 'UNIQUE_VIOLATION' }] });
    expect(paths()).toEqual([]);
  });
});

describe('a veto', () => {
  it('stores nothing of a create, and says what the receiver says', async () => {
    refuseAt('/z-first', 422, JSON.stringify({ message: ' Not\u0000 \u001b[31mtoday\n' }));
    expect(await ticket()).toEqual({
      ok: false,
      errors: [{ code: 'WEBHOOK_REFUSED', message: 'Not [31mtoday', path: ['input'], rule: 'before_write' }],
    });
    expect(paths()).toEqual(['/z-first']);
    expect([await ofTable('tickets'), await events()]).toEqual([0, []]);
  });

  it('leaves an updated record as it was', async () => {
    const id = keyOf(await ticket());
    refuseAt('/faulty', 403, '{"error": "Locked"}');
    expect(await app.update('ticket', id, { title: 'u' })).toMatchObject({
      ok: false,
      errors: [{ code: 'WEBHOOK_REFUSED', message: 'Locked', path: ['patch'] }],
    });
    expect(await app.rows('SELECT title, _version FROM tickets')).toEqual([['t', 1]]);
    expect(await events()).toHaveLength(1);
  });

  it('on a child refuses its parent too, with the path of the child', async () => {
    receiver.answer = ({ payload }, response) => {
      const { body } = (payload?.['record'] ?? {}) as { body?: string };
      response.writeHead(body === 'bad' ? 422 : 200).end();
    };
    const responses = { data: [{ body: 'good' }, { body: 'bad' }, { body: 'late' }] };
    expect(await ticket({ responses })).toMatchObject({
      ok: false,
      errors: [{ code: 'WEBHOOK_REFUSED', path: ['input', 'responses', 'data', '1'] }],
    });
    expect(paths()).toEqual(['/z-first', '/faulty', '/response', '/response']);
    expect([await ofTable('tickets'), await ofTable('responses')]).toEqual([0, 0]);
  });

  it('keeps a record that was to be deleted, and what was to go along with it', async () => {
    const id = keyOf(
      await ticket({ responses: { data: [{ body: 'r', notes: { data: [{ body: 'n' }] } }] } }),
    );
    for (const [place, asked] of [
      ['/gone', ['/gone']],
      ['/response-gone', ['/gone', '/response-gone']],
      ['/note-gone', ['/gone', '/response-gone', '/note-gone']],
    ] as const) {
      receiver.reset();
      refuseAt(place);
      expect(await app.remove('ticket', id)).toMatchObject({
        ok: false,
        errors: [{ code: 'WEBHOOK_REFUSED', path: ['id'], rule: 'before_delete' }],
      });
      expect(paths()).toEqual(asked);
    }
    expect(await app.rows('SELECT count(*)::int FROM file_notes WHERE deleted_at IS NULL')).toEqual([[1]]);
    receiver.reset();
    keyOf(await app.remove('ticket', id));
    expect([await ofTable('tickets'), await ofTable('responses')]).toEqual([0, 0]);
  });

  it('is that of the engine for a write that would ask too often', async () => {
    const responses = { data: Array.from({ length: 1_000 }, () => ({ body: 'r' })) };
    expect(await ticket({ responses })).toMatchObject({
      errors: [{ code: 'VALIDATION_FAILED', path: ['input', 'responses', 'data', '998'] }],
    });
    expect([receiver.received.length, await ofTable('tickets')]).toEqual([1_000, 0]);
  });

  it('on a record that loses its references refuses the delete of what it refers to, and is asked for once', async () => {
    const id = keyOf(await ticket());
    keyOf(await app.create('response', { body: 'r', otherId: id, thirdId: id }));
    receiver.reset();
    refuseAt('/response');
    expect(await app.remove('ticket', id)).toMatchObject({
      errors: [{ path: ['id'], rule: 'before_write' }],
    });
    expect(paths()).toEqual(['/response']);
    const lost = { old: id, new: null };
    expect(payloads()[0]).toMatchObject({
      record: { third_id: null },
      changes: { other_id: lost, third_id: lost },
    });
    expect(await app.rows('SELECT other_id, third_id FROM responses')).toEqual([[id, id]]);
  });

  it('stops the return of a deleted record', async () => {
    const id = keyOf(await app.create('file_note', { body: 'n' }));
    keyOf(await app.remove('file_note', id));
    refuseAt('/note');
    const { writes } = app;
    const admin = { userId: 'a', email: 'a@localhost', roles: ['admin'], isAdmin: true };
    expect(await writes().restore(admin, 'file_note', id)).toMatchObject({
      errors: [{ path: ['id'], rule: 'before_write' }],
    });
    expect(await app.rows('SELECT deleted_at IS NULL FROM file_notes')).toEqual([[false]]);
  });
});
