import { expect, it } from 'vitest';
import { evaluateValue, type JsonValue, readWorkflowOf, triggerFacts } from '../../src/index.ts';
import { entity, type JsonObject, model } from '../support/document-fixture.ts';
import { step, THEN } from './workflow-fixture.ts';

const ENTITIES = [
  entity('ticket', [
    { name: 'title', type: 'string' },
    { name: 'extra', type: 'json' },
  ]),
];
const TRIGGER: JsonObject = { type: 'record_created', entity: 'ticket' };
const NOW = new Date('2026-03-02T23:30:00.000Z');
const trigger = triggerFacts({ kind: 'record_created', at: NOW.toISOString(), record: { title: 'x' } });

function stepOf(given: JsonObject) {
  const definition = { name: 'w', trigger: TRIGGER, steps: [given, step('b', 'wait', { duration: '1d' })] };
  return readWorkflowOf(model({ entities: ENTITIES }), definition)?.steps.get('a');
}

function evaluated(value: JsonValue): unknown {
  const read = stepOf(step('a', 'action', { actions: [{ type: 'send_event', event: 'e', payload: value }] }));
  const [action] = read?.kind === 'action' ? read.actions : [];
  if (action?.kind !== 'send_event' || action.payload === null) throw new Error('no payload');
  return {
    kind: action.payload.kind,
    value: evaluateValue(action.payload, { trigger, context: {}, now: NOW }),
  };
}

it('expressions are evaluated wherever they are in a value', () => {
  const title = { expression: 'trigger.record.title' };
  expect(evaluated({ a: [1, title], b: { c: title, d: 'now' } })).toEqual({
    kind: 'object',
    value: { a: [1, 'x'], b: { c: 'x', d: 'now' } },
  });
  expect(evaluated([{ a: title }])).toEqual({ kind: 'list', value: [{ a: 'x' }] });
});

it('a value without them is a literal, also with a property of that name beside others', () => {
  const value = { a: [{ expression: 'trigger.record.title', b: 1 }] };
  expect(evaluated(value)).toEqual({ kind: 'literal', value });
});

it('a json field is written with what is evaluated within', () => {
  const values = { extra: { a: { expression: 'trigger.record.title + 1' } } };
  const read = stepOf(
    step('a', 'action', { actions: [{ type: 'create_record', entity: 'ticket', values }] }),
  );
  const [action] = read?.kind === 'action' ? read.actions : [];
  const extra = action?.kind === 'create_record' ? action.values.get('extra') : undefined;
  if (extra === undefined) throw new Error('no value');
  expect(evaluateValue(extra, { trigger, context: {}, now: NOW })).toEqual({ a: 'x1' });
});

it('a broken step keeps where it leads, as far as that can be read', () => {
  const end = { kind: 'end' };
  expect(
    stepOf(
      step('a', 'approval', {
        assignee: { type: 'relation', path: 'gone.user_id' },
        on_approve: { goto: 'b' },
        on_reject: 'nowhere',
        on_timeout: 'end',
        [THEN]: 5,
      }),
    ),
  ).toMatchObject({
    kind: 'broken',
    type: 'approval',
    gotos: {
      [THEN]: end,
      onTrue: end,
      onFalse: end,
      onApprove: { kind: 'step', step: 'b' },
      onReject: end,
      onTimeout: end,
    },
  });
});
