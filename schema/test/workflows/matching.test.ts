import { describe, expect, it } from 'vitest';
import { matchChange, matchEvent, rawNumber, type WorkflowChange } from '../../src/index.ts';
import { entity, type JsonObject, model } from '../support/document-fixture.ts';
import { END_STEP } from './workflow-fixture.ts';

const AT = '2026-03-01T10:00:00.000Z';
const ORDER = entity('order', [
  { name: 'status', type: 'string', enum: ['open', 'paid', 'sent'] },
  { name: 'note', type: 'string' },
  { name: 'total', type: 'decimal', precision: 2 },
  { name: 'count', type: 'bigint' },
  { name: 'urgent', type: 'boolean' },
]);

function of(trigger: JsonObject, active = true) {
  const workflow = { name: 'w', active, trigger, steps: [END_STEP] };
  return model({ entities: [ORDER, entity('other')], workflows: [workflow] });
}

function change(
  op: WorkflowChange['op'],
  previous: WorkflowChange['previous'],
  record: WorkflowChange['record'],
): WorkflowChange {
  const names = new Set(Object.keys({ ...previous, ...record }));
  const changed = [...names].filter((name) => previous?.[name] !== record?.[name]);
  return { entity: 'order', op, key: 'k1', actor: 'u1', at: AT, changed, record, previous };
}

const created = (record: JsonObject) => change('create', null, record);
const updated = (previous: JsonObject, record: JsonObject) => change('update', previous, record);
const deleted = (previous: JsonObject) => change('delete', previous, null);

const STATUS: JsonObject = { type: 'state_change', field: 'status' };
const CASES: readonly (readonly [JsonObject, WorkflowChange, boolean])[] = [
  [STATUS, updated({ status: 'open' }, { status: 'paid' }), true],
  [STATUS, updated({ status: 'open' }, { status: null }), false],
  [STATUS, updated({ status: 'open', note: 'a' }, { status: 'open', note: 'b' }), false],
  [STATUS, created({ status: 'open' }), true],
  [STATUS, created({ status: null }), false],
  [STATUS, deleted({ status: 'open' }), false],
  [{ ...STATUS, to: 'paid' }, created({ status: 'paid' }), true],
  [{ ...STATUS, to: ['paid', 'sent'] }, updated({ status: 'open' }, { status: 'sent' }), true],
  [{ ...STATUS, to: 'paid' }, updated({ status: 'open' }, { status: 'sent' }), false],
  [{ ...STATUS, from: 'open' }, updated({ status: 'open' }, { status: 'sent' }), true],
  [{ ...STATUS, from: ['paid'] }, updated({ status: 'open' }, { status: 'sent' }), false],
  [{ ...STATUS, from: 'open' }, created({ status: 'paid' }), false],
  [{ ...STATUS, from: '' }, created({ status: 'paid' }), true],
  [{ ...STATUS, to: '' }, updated({ status: 'open' }, { status: null }), true],
  [{ type: 'state_change', field: 'note' }, updated({ note: 'a' }, { note: 'b' }), true],
  [{ type: 'state_change', field: 'urgent', to: true }, updated({ urgent: false }, { urgent: true }), true],
  [
    { type: 'state_change', field: 'urgent', to: 'true' },
    updated({ urgent: true }, { urgent: false }),
    false,
  ],
  [{ type: 'state_change', field: 'count', to: 7 }, updated({ count: '6' }, { count: '7' }), true],
  [{ type: 'record_created' }, created({}), true],
  [{ type: 'record_created' }, updated({ note: 'a' }, { note: 'b' }), false],
  [{ type: 'record_deleted' }, deleted({ note: 'a' }), true],
  [{ type: 'record_deleted', condition: "record.note == 'b'" }, deleted({ note: 'a' }), false],
  [{ type: 'record_deleted' }, created({}), false],
  [{ type: 'record_updated' }, updated({ note: 'a' }, { note: 'b' }), true],
  [{ type: 'record_updated', fields: ['status', 'total'] }, updated({ note: 'a' }, { note: 'b' }), false],
  [{ type: 'record_updated', fields: ['status', 'note'] }, updated({ note: 'a' }, { note: 'b' }), true],
  [{ type: 'record_updated', field: 'note' }, updated({ note: 'a' }, { note: 'b' }), true],
  [{ type: 'record_updated' }, created({ note: 'b' }), false],
  [{ type: 'record_created', condition: 'record.total > 100.10' }, created({ total: '100.11' }), true],
  [{ type: 'record_created', condition: 'record.total > 100.10' }, created({ total: '100.1' }), false],
  [{ ...STATUS, condition: "old.status == null && user.id == 'u1'" }, created({ status: 'open' }), true],
  [
    { ...STATUS, condition: "changes.status.old == 'open' && action == 'update'" },
    updated({ status: 'open' }, { status: 'paid' }),
    true,
  ],
  [{ type: 'record_created', condition: "now > date('2026-02-28')" }, created({}), true],
];

describe('matchChange', () => {
  it.each(CASES)('%j, %j: %j', (trigger, given, starts) => {
    const matches = matchChange(of({ entity: 'order', ...trigger }), given);
    expect(matches.map(({ workflow, error }) => [workflow.name, error])).toEqual(starts ? [['w', null]] : []);
  });

  it('says what is known of the change', () => {
    const update = updated({ status: 'open' }, { status: 'paid' });
    const [match] = matchChange(of({ entity: 'order', ...STATUS }), update);
    expect(match?.facts).toEqual({
      kind: 'state_change',
      entity: 'order',
      record_id: 'k1',
      record: { status: 'paid' },
      old: { status: 'open' },
      action: 'update',
      event: null,
      payload: null,
      input: null,
      user: { id: 'u1' },
      at: AT,
    });
    const [gone] = matchChange(of({ entity: 'order', type: 'record_deleted' }), deleted({ note: 'a' }));
    expect(gone?.facts).toMatchObject({ record: { note: 'a' }, old: { note: 'a' }, action: 'delete' });
  });

  it('compares numbers beyond a double by their digits', () => {
    const to = of({ entity: 'order', type: 'state_change', field: 'count', to: '9007199254740993' });
    const given = { ...created({}), changed: ['count'], record: { count: rawNumber('9007199254740993') } };
    expect(matchChange(to, given)).toHaveLength(1);
    expect(matchChange(to, { ...given, record: { count: '9007199254740992' } })).toEqual([]);
  });

  it('gives the error of a condition that has no value', () => {
    const failing = of({ entity: 'order', type: 'record_created', condition: 'record.total - 1 > 0' });
    const [match] = matchChange(failing, created({ total: null }));
    expect(match).toMatchObject({ workflow: { name: 'w' }, facts: { record_id: 'k1' } });
    expect(match?.error).toMatch(/null/);
  });

  it('starts none that is not active, of another entity, or by hand', () => {
    const trigger: JsonObject = { type: 'record_created', entity: 'order' };
    expect(matchChange(of(trigger, false), created({}))).toEqual([]);
    expect(matchChange(of({ ...trigger, entity: 'other' }), created({}))).toEqual([]);
    expect(matchChange(of({ ...trigger, type: 'manual' }), created({}))).toEqual([]);
  });
});

describe('matchEvent', () => {
  const paid = of({ type: 'event', event: 'paid', condition: 'payload.total > 5' });
  const event = { event: 'paid', payload: { total: 7 }, actor: null, at: AT };

  it('matches by name and condition', () => {
    const [match] = matchEvent(paid, event);
    expect(match).toMatchObject({
      error: null,
      facts: { event: 'paid', payload: { total: 7 }, entity: null },
    });
    expect(matchEvent(paid, { ...event, event: 'unpaid' })).toEqual([]);
    expect(matchEvent(paid, { ...event, payload: { total: 5 } })).toEqual([]);
  });

  it('gives the error of a condition', () => {
    const failing = of({ type: 'event', event: 'paid', condition: 'payload.total - 1 > 5' });
    expect(matchEvent(failing, { ...event, payload: {} })[0]?.error).toMatch(/null/);
  });
});
