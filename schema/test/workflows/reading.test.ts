import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluateCondition,
  evaluateValue,
  instanceContext,
  type JsonValue,
  parseDocument,
  readWorkflowOf,
  triggerFacts,
  valueAt,
  type WorkflowModel,
} from '../../src/index.ts';
import { readDuration } from '../../src/workflows/durations.ts';
import { APP, entity, type JsonObject, KEY, model, oneToMany } from '../support/document-fixture.ts';
import { END_STEP, step, THEN } from './workflow-fixture.ts';

const PARTS: JsonObject = {
  entities: [
    entity('leave_request', [
      { name: 'status', type: 'string', enum: ['pending', 'approved', 'rejected'] },
      { name: 'days', type: 'int' },
      { name: 'cost', type: 'decimal', precision: 2 },
      { name: 'starts_on', type: 'date' },
      { name: 'decided_at', type: 'timestamp' },
      KEY('employee_id'),
    ]),
    entity('employee', [KEY('manager_id'), { name: 'email', type: 'string' }]),
  ],
  relations: [
    oneToMany('employee_requests', ['employee', 'leave_request', 'employee_id']),
    oneToMany('manager_reports', ['employee', 'employee', 'manager_id']),
  ],
};

/** Every kind of step. */
const LEAVE: JsonObject = {
  name: 'leave',
  trigger: { type: 'state_change', entity: 'leave_request', field: 'status', to: 'pending' },
  context: { record_id: 'trigger.record_id', days: 'record.days', cost: 'record.cost', kind: 'leave' },
  steps: [
    step('check', 'condition', {
      expression: 'context.cost > 100.10',
      on_true: { goto: 'boss' },
      on_false: 'end',
    }),
    step('boss', 'approval', {
      assignee: { type: 'relation', path: 'employee.manager_reports.email' },
      timeout: '48h',
      on_approve: { goto: 'split' },
    }),
    step('split', 'parallel', { branches: ['until', { goto: 'event' }], join: 'any', [THEN]: 'write' }),
    step('until', 'wait', { until: 'record.starts_on' }),
    step('event', 'wait', { event: 'paid', condition: 'payload.id == context.record_id', timeout: '1d' }),
    step('write', 'action', {
      actions: [
        {
          type: 'update_record',
          entity: 'leave_request',
          record_id: 'context.record_id',
          values: { decided_at: 'now', starts_on: 'now', cost: { expression: 'context.cost * 2' }, days: 3 },
        },
        {
          type: 'webhook',
          url: 'https://a.test',
          headers: { 'X-Key': '{{env.KEY}}' },
          body: { expression: 'trigger.record' },
        },
        { type: 'send_event', event: 'done', payload: { a: [1] } },
      ],
    }),
  ],
};

function stepsOf(workflow: JsonObject): readonly JsonObject[] {
  const { steps } = workflow;
  if (!Array.isArray(steps)) throw new Error('no steps');
  return steps;
}

const app = model({ ...PARTS, workflows: [LEAVE] });

function read(definition: JsonValue, of = app): WorkflowModel {
  const workflow = readWorkflowOf(of, definition);
  if (workflow === null) throw new Error('cannot be read');
  return workflow;
}

const FACTS = triggerFacts({
  kind: 'state_change',
  entity: 'leave_request',
  record_id: 'r1',
  record: { days: 7, cost: '100.11', starts_on: '2026-05-01', status: 'pending' },
  at: '2026-03-01T10:00:00.000Z',
});
const NOW = new Date('2026-03-02T23:30:00.000Z');

describe('a workflow', () => {
  const workflow = read(LEAVE);
  const context = instanceContext(workflow, FACTS);
  const known = { trigger: FACTS, context, now: NOW };

  it('is in the model, also when it is not active', () => {
    expect([...app.workflows.keys()]).toEqual(['leave']);
    expect(app.workflows.get('leave')?.first).toBe('check');
    expect(model({ ...PARTS, workflows: [{ ...LEAVE, active: false }] }).workflows.get('leave')?.active).toBe(
      false,
    );
  });

  it('has a context, where a text that is no path is null', () => {
    expect({ ...context }).toEqual({ record_id: 'r1', days: 7, cost: '100.11', kind: null });
  });

  it('has conditions that read decimals exactly', () => {
    const check = workflow.steps.get('check');
    if (check?.kind !== 'condition') throw new Error('not a condition');
    expect(evaluateCondition(check.expression, known)).toBe(true);
    const cheap = { ...known, context: { ...context, cost: '100.1' } };
    expect(evaluateCondition(check.expression, cheap)).toBe(false);
    expect(evaluateCondition(null, known)).toBe(true);
  });

  it('has an assignee along links by their names in the graph', () => {
    expect(workflow.steps.get('boss')).toMatchObject({
      assignee: { kind: 'relation', entity: 'leave_request', links: ['employee', 'manager'], field: 'email' },
      timeoutMs: 48 * 3_600_000,
      onApprove: { kind: 'step', step: 'split' },
      onReject: { kind: 'end' },
      onTimeout: { kind: 'end' },
    });
  });

  it('has values in the form of their fields', () => {
    const write = workflow.steps.get('write');
    const [update] = write?.kind === 'action' ? write.actions : [];
    if (update?.kind !== 'update_record') throw new Error('not an update');
    const values = [...update.values].map(([name, value]) => [name, evaluateValue(value, known)]);
    expect(Object.fromEntries(values)).toEqual({
      decided_at: NOW.toISOString(),
      starts_on: '2026-03-02',
      cost: 200.22,
      days: 3,
    });
    expect(valueAt(update.recordId, known)).toBe('r1');
  });

  it('has waits and branches', () => {
    expect(workflow.steps.get('split')).toMatchObject({ branches: ['until', 'event'], join: 'any' });
    expect(workflow.steps.get('until')).toMatchObject({
      until: { kind: 'field', entity: 'leave_request', field: 'starts_on' },
    });
    const wait = workflow.steps.get('event');
    if (wait?.kind !== 'wait' || wait.until.kind !== 'event') throw new Error('not a wait for an event');
    const { condition } = wait.until;
    expect(evaluateCondition(condition, { ...known, event: 'paid', payload: { id: 'r1' } })).toBe(true);
    expect(evaluateCondition(condition, { ...known, event: 'paid', payload: { id: 'r2' } })).toBe(false);
  });
});

describe('a definition under another document', () => {
  it('has broken steps with the reason, and keeps the others', () => {
    const entities = [entity('leave_request', [{ name: 'status', type: 'string' }]), entity('employee')];
    const workflow = read(LEAVE, model({ entities }));
    expect([...workflow.steps.values()].map(({ kind }) => kind)).toEqual([
      'condition',
      'broken',
      'parallel',
      'broken',
      'wait',
      'broken',
    ]);
    expect(workflow.steps.get('until')).toMatchObject({
      type: 'wait',
      reason: 'until: Entity "leave_request" has no field "starts_on"',
    });
  });

  it('cannot be read without its trigger or its form', () => {
    expect(readWorkflowOf(model({ entities: [entity('employee')] }), LEAVE)).toBeNull();
    for (const bad of [null, [], 'x', {}, { ...LEAVE, steps: [] }, { ...LEAVE, steps: [5] }]) {
      expect(readWorkflowOf(app, bad)).toBeNull();
    }
  });

  it('takes nothing that is inherited for a name', () => {
    const context = { a: 'trigger.payload.constructor', b: 'trigger.payload.toString.name' };
    const workflow = read({ name: 'w', trigger: { type: 'event', event: 'e' }, context, steps: [END_STEP] });
    const facts = triggerFacts({ kind: 'event', at: FACTS.at, payload: {} });
    expect({ ...instanceContext(workflow, facts) }).toEqual({ a: null, b: null });
  });
});

describe('any JSON', () => {
  const words = fc.constantFrom(
    'type',
    'entity',
    'action',
    'wait',
    'leave_request',
    'a',
    'b',
    'end',
    'context.a',
    'record.days',
    '1d',
    'now',
  );
  const json = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      words,
      fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonValue>,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(words, tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  const properties = fc.dictionary(
    fc.constantFrom(
      'actions',
      'then',
      'expression',
      'on_true',
      'assignee',
      'timeout',
      'duration',
      'until',
      'event',
      'branches',
      'on_timeout',
    ),
    json,
    { maxKeys: 5 },
  );
  const definition = fc.record({
    name: fc.constant('w'),
    trigger: fc.oneof(fc.constant(LEAVE['trigger'] ?? null), fc.constant({ type: 'manual' }), properties),
    context: fc.dictionary(words, json, { maxKeys: 3 }),
    steps: fc.array(
      fc
        .tuple(
          fc.constantFrom('a', 'b', 'c'),
          fc.constantFrom('action', 'condition', 'approval', 'wait', 'parallel', 'x'),
          properties,
        )
        .map(([id, type, given]) => ({ ...given, id, type })),
      { minLength: 1, maxLength: 3 },
    ),
  });

  /** The workflow of above with one property of a step replaced, which it may withstand. */
  const changed = fc.tuple(fc.nat(5), properties).map(([place, given]) => ({
    ...LEAVE,
    steps: stepsOf(LEAVE).with(place, { ...stepsOf(LEAVE)[place], ...given }),
  }));

  it('is read without an exception, and has no broken step when it is accepted', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(changed, definition, json), (given) => {
        const workflow = readWorkflowOf(app, given as JsonValue);
        const result = parseDocument({ version: 1, ...PARTS, workflows: [given] }, APP);
        if (!result.ok) return;
        accepted += 1;
        expect(workflow).not.toBeNull();
        expect([...(workflow?.steps.values() ?? [])].filter(({ kind }) => kind === 'broken')).toEqual([]);
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

describe('durations', () => {
  it.each([
    ['48h', 172_800_000],
    ['30m', 1_800_000],
    ['90s', 90_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1h30m', 5_400_000],
    ['520w', 314_496_000_000],
  ])('%s', (text, ms) => expect(readDuration(text)).toBe(ms));

  it.each([
    '',
    '0s',
    '0h0m',
    '-1h',
    '1.5h',
    '1 h',
    '1H',
    'h',
    '48',
    48,
    null,
    '11000d',
    '522w',
    `${'9'.repeat(400)}d`,
  ])('%j is none', (text) => expect(readDuration(text)).toBeNull());
});
