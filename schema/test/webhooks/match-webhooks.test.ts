import { describe, expect, test } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { changeEvent } from '../../src/events/change-event.ts';
import type { RecordChange, StoredRecord } from '../../src/events/record-change.ts';
import { transitionEffect } from '../../src/events/transition-effect.ts';
import { epoch } from '../../src/ids.ts';
import { concernsWebhooks, matchWebhooks } from '../../src/webhooks/match-webhooks.ts';
import { webhookUses } from '../../src/webhooks/webhook-uses.ts';
import { APP, entity, entityOf, type JsonObject, model } from '../support/document-fixture.ts';

const STATUS = { name: 'status', type: 'string', enum: ['open', 'done'] };
const TICKET = entity('ticket', [STATUS, { name: 'title', type: 'string' }, { name: 'count', type: 'int' }]);
const hook = (path: string, more: JsonObject = {}) => ({
  entity: 'ticket',
  url: `https://a.test/${path}`,
  ...more,
});
const call = (more: JsonObject = {}) => ({ type: 'webhook', url: 'https://a.test/moved', ...more });
const moving = (action: JsonObject) => ({
  entities: [TICKET],
  state_machines: [
    {
      entity: 'ticket',
      field: 'status',
      definition: { transitions: [{ from: 'open', to: 'done', actions: [action] }] },
    },
  ],
});

const OF = model({
  ...moving(call({ method: 'PUT', headers: { 'X-Key': 'k {{env.KEY}}' } })),
  entities: [TICKET, entity('note')],
  webhooks: [
    hook('always'),
    hook('update', { condition: "action == 'update' && changes.title.new != null", method: 'PATCH' }),
    hook('never', { condition: 'false' }),
    hook('many', { condition: 'record.count / 0 > 1', retry: { max_attempts: 7, backoff: 'linear' } }),
    hook('off', { active: false }),
    hook('before', { hook: 'before_write' }),
    hook('gone', { hook: 'after_delete', condition: "old.status == 'open'" }),
  ],
});
const ENTITY = entityOf(OF, 'ticket');
const LATE = { id: '7', epoch: epoch(2), at: '2026-01-31T12:00:00.123456+00:00', lsn: null, omitted: false };
const CALLER = { userId: 'u-1', email: 'u@a.test', roles: ['agent', 'boss'] };
const OLD: StoredRecord = { key: 'k', version: 1, values: { id: 'k', status: 'open', title: 'a', count: 1 } };
const NEW: StoredRecord = { key: 'k', version: 2, values: { ...OLD.values, title: 'b' } };

const CREATE: RecordChange = { entity: ENTITY, operation: 'create', before: null, after: OLD };
const UPDATE: RecordChange = { entity: ENTITY, operation: 'update', before: OLD, after: NEW };
const DELETE: RecordChange = { entity: ENTITY, operation: 'delete', before: OLD, after: null };

const told = (change: RecordChange, late = LATE) =>
  ({ kind: 'change', event: { ...changeEvent(APP, CALLER, change), ...late } }) as const;
const sent = (change: RecordChange, late = LATE) => matchWebhooks(OF, told(change, late));
const paths = (change: RecordChange) => sent(change).map(({ url, fault }) => [new URL(url).pathname, fault]);
const body = (change: RecordChange): unknown => JSON.parse(sent(change)[0]?.body ?? '');
const FAULT = expect.stringMatching(/^Its condition has no value: /);
const COMMON = {
  entity: 'ticket',
  version: expect.any(Number),
  user: { id: 'u-1', roles: ['agent', 'boss'] },
  timestamp: '2026-01-31T12:00:00.123Z',
  idempotency_key: expect.stringMatching(/^wh_/),
};

describe('of a change is sent', () => {
  test('what the hooks of its kind ask for, by their conditions', () => {
    expect(paths(CREATE)).toEqual([
      ['/always', null],
      ['/many', FAULT],
    ]);
    expect(paths(UPDATE)).toEqual([
      ['/always', null],
      ['/update', null],
      ['/many', FAULT],
    ]);
    expect(paths(DELETE)).toEqual([['/gone', null]]);
  });

  test('the record, what it was, and what has changed', () => {
    expect(body(UPDATE)).toEqual({
      ...COMMON,
      event: 'after_write',
      action: 'update',
      record: NEW.values,
      old: OLD.values,
      changes: { title: { old: 'a', new: 'b' } },
    });
    expect(body(CREATE)).toEqual({
      ...COMMON,
      event: 'after_write',
      action: 'create',
      record: OLD.values,
      old: {},
      changes: { id: { new: 'k' }, status: { new: 'open' }, title: { new: 'a' }, count: { new: 1 } },
    });
    expect(body(DELETE)).toEqual({ ...COMMON, event: 'after_delete', action: 'delete', record: OLD.values });
  });

  test('under an id for each webhook, always the same, with one idempotency key', () => {
    const [one, two, ...others] = sent(UPDATE);
    expect(one?.body).toBe(two?.body);
    expect(new Set(sent(UPDATE).map(({ id }) => id)).size).toBe(2 + others.length);
    expect(sent(UPDATE)).toEqual([one, two, ...others]);
    expect(sent(UPDATE, { ...LATE, id: '8' })[0]?.id).not.toBe(one?.id);
    expect(sent(UPDATE, { ...LATE, epoch: epoch(3) })[0]?.id).not.toBe(one?.id);
    expect(sent(UPDATE, { ...LATE, id: '8' })[0]?.body).not.toBe(one?.body);
  });

  test('with method and retries as the document has them', () => {
    const [always, update, many] = sent(UPDATE).map(({ form }) => form);
    expect(always).toEqual({
      method: 'POST',
      headers: [],
      retry: { maxAttempts: 3, backoff: 'exponential' },
    });
    expect(update).toMatchObject({ method: 'PATCH' });
    expect(many).toMatchObject({ retry: { maxAttempts: 7, backoff: 'linear' } });
    expect(sent(UPDATE)[0]).toMatchObject({ event: 'after_write', entity: 'ticket', recordKey: 'k' });
  });

  test('nothing where nobody asks', () => {
    const note = entityOf(OF, 'note');
    const other = told({ entity: note, operation: 'create', before: null, after: OLD });
    expect([concernsWebhooks(OF, other), matchWebhooks(OF, other)]).toEqual([false, []]);
    const unknown = { ...told(CREATE).event, entity: 'former' };
    expect(matchWebhooks(OF, { kind: 'change', event: unknown })).toEqual([]);
    expect(concernsWebhooks(OF, told(DELETE))).toBe(true);
  });
});

describe('a transition', () => {
  const effect = (definition: JsonObject, kind: 'webhook' | 'send_event' = 'webhook') => {
    const transition = { field: 'status', from: 'open', to: 'done' };
    const made = transitionEffect(APP, CALLER, {
      entity: 'ticket',
      effect: kind,
      definition,
      transition,
      record: NEW,
    });
    return { kind: 'effect', effect: { ...made, ...LATE } } as const;
  };

  test('sends the record as it is stored', () => {
    const asked = effect(call({ method: 'PUT', headers: { 'X-Key': 'k {{env.KEY}}' } }));
    expect(concernsWebhooks(OF, asked)).toBe(true);
    const [delivery, ...others] = matchWebhooks(OF, asked);
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({
      event: 'transition',
      url: 'https://a.test/moved',
      recordKey: 'k',
      fault: null,
    });
    expect(JSON.parse(delivery?.body ?? '')).toEqual(NEW.values);
    const value = [
      { kind: 'text', text: 'k ' },
      { kind: 'variable', name: 'KEY' },
    ];
    expect(delivery?.form).toEqual({
      method: 'PUT',
      headers: [{ name: 'x-key', value }],
      retry: { maxAttempts: 8, backoff: 'exponential' },
    });
  });

  test('sends nothing for other effects', () => {
    const asked = effect({ type: 'send_event', event: 'done' }, 'send_event');
    expect([concernsWebhooks(OF, asked), matchWebhooks(OF, asked)]).toEqual([false, []]);
  });

  const ACTION = '$.state_machines[0].definition.transitions[0].actions[0]';
  test.each<[string, JsonObject, string]>([
    ['no address', { url: null }, '.url'],
    ['another protocol', { url: 'ftp://a.test' }, '.url'],
    ['an address that is too long', { url: `https://a.test/${'a'.repeat(2_000)}` }, '.url'],
    ['credentials', { url: 'https://me:secret@a.test' }, '.url'],
    ['an unknown method', { method: 'HEAD' }, '.method'],
    ['headers that are a list', { headers: ['a'] }, '.headers'],
    ['a header that is a number', { headers: { 'x-a': 1 } }, '.headers["x-a"]'],
    ['a header of the connection', { headers: { Host: 'b.test' } }, '.headers.Host'],
    ['a line in a header', { headers: { 'x-a': 'a\r\nb: c' } }, '.headers["x-a"]'],
    ['a header with a name that is none', { headers: { 'x a': 'a' } }, '.headers["x a"]'],
  ])('is refused at import with %s', (_, more, path) => {
    const read = parseDocument({ version: 1, ...moving(call(more)) }, APP);
    expect(read.ok ? [] : read.faults.map((fault) => fault.path)).toEqual([`${ACTION}${path}`]);
  });
});

test('an unknown backoff is warned of, and is the usual one', () => {
  const document = { entities: [TICKET], webhooks: [hook('a', { retry: { backoff: 'exponentail' } })] };
  const read = parseDocument({ version: 1, ...document }, APP);
  if (!read.ok) throw new Error('It is refused');
  const warned = read.warnings.find(({ path }) => path === '$.webhooks[0].retry.backoff');
  expect(warned?.hint).toContain('"exponential"');
  const [of] = entityOf(model(document), 'ticket').webhooks.afterWrite;
  expect(of?.form.retry).toEqual({ maxAttempts: 3, backoff: 'exponential' });
});

test('an app knows which addresses it uses', () => {
  const uses = webhookUses(OF).map(({ url, method, event, of }) => [
    new URL(url).pathname,
    method,
    event,
    of,
  ]);
  expect(uses).toEqual([
    ['/before', 'POST', 'before_write', 'ticket'],
    ['/always', 'POST', 'after_write', 'ticket'],
    ['/update', 'PATCH', 'after_write', 'ticket'],
    ['/never', 'POST', 'after_write', 'ticket'],
    ['/many', 'POST', 'after_write', 'ticket'],
    ['/gone', 'POST', 'after_delete', 'ticket'],
    ['/moved', 'PUT', 'transition', 'ticket'],
  ]);
});
