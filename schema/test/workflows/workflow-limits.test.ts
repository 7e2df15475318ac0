import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/index.ts';
import {
  both,
  type FaultCase,
  itRefuses,
  machine,
  webhook,
  workflow,
} from '../document/document-fault-fixture.ts';
import { APP, type JsonObject } from '../support/document-fixture.ts';
import { END_STEP, step, THEN } from './workflow-fixture.ts';

const W = '$.workflows[0]';
const S = `${W}.steps[0]`;
const A = `${S}.actions[0]`;
const SEND: JsonObject = { type: 'send_event', event: 'e' };
const CALL: JsonObject = { type: 'webhook', url: 'https://a.test' };
const WRITE: JsonObject = { type: 'delete_record', entity: 'ticket', record_id: 'record_id' };
const many = (count: number, action: JsonObject): JsonObject[] => Array.from({ length: count }, () => action);
const only = (type: string, given: JsonObject): JsonObject => workflow([step('a', type, given)]);
const acts = (...actions: JsonObject[]): JsonObject => only('action', { actions });
const asks = (assignee: JsonObject): JsonObject => only('approval', { assignee });
const sends = (payload: JsonObject[string]): JsonObject => acts({ ...SEND, payload });
const transition = (action: JsonObject): JsonObject =>
  machine({ initial: 'open', transitions: [{ from: 'open', to: 'done', actions: [action] }] });
const within = (levels: number): JsonObject =>
  levels === 0 ? { expression: 'now' } : { a: within(levels - 1) };

const BAD_EVENTS = ['order.paid', 'orderPaid', 'a b', '>', '1st', 'a'.repeat(64)];
const EVENTS = BAD_EVENTS.flatMap((event): FaultCase[] => [
  [`sends ${event}`, acts({ ...SEND, event }), [`${A}.event`]],
  [`waits for ${event}`, only('wait', { event }), [`${S}.event`]],
  [
    `starts by ${event}`,
    both({ workflows: [{ name: 'w', trigger: { type: 'event', event }, steps: [END_STEP] }] }),
    [`${W}.trigger.event`],
  ],
  [
    `a transition sends ${event}`,
    transition({ type: 'send_event', event }),
    ['$.state_machines[0].definition.transitions[0].actions[0].event'],
  ],
]);

describe('names of events', () => itRefuses(EVENTS));

describe('limits', () =>
  itRefuses([
    ['50 actions', acts(...many(50, SEND)), []],
    ['51 actions', acts(...many(51, SEND)), [`${S}.actions`]],
    ['8 webhooks', acts(...many(8, CALL)), []],
    ['9 webhooks', acts(...many(9, CALL)), [`${S}.actions`]],
    ['20 levels', sends(within(20)), []],
    ['21 levels', sends(within(21)), [`${A}.payload${'.a'.repeat(21)}`]],
    ['200 expressions', sends(many(200, within(0))), []],
    ['201 expressions', sends(many(201, within(0))), [`${A}.payload`]],
    ['a fault within', sends([1, { b: { expression: 'x' } }]), [`${A}.payload[1].b.expression`]],
    ['an expression that is none', sends([{ expression: 5 }]), [`${A}.payload[0].expression`]],
  ]));

describe('who is asked, and where', () =>
  itRefuses([
    ['everybody', asks({ type: 'role', role: 'Public' }), [`${S}.assignee.role`]],
    ['address with a template', acts({ ...CALL, url: 'https://a.test/{{env.A}}' }), [`${A}.url`]],
    ['template of a webhook', webhook({ url: 'https://a.test/{{env.A}}' }), ['$.webhooks[0].url']],
  ]));

const split = (...branches: string[]): JsonObject => step('p', 'parallel', { branches });
const act = (id: string, next = 'end'): JsonObject => step(id, 'action', { actions: [SEND], [THEN]: next });
const loop = (expression: string): JsonObject =>
  workflow([act('a', 'c'), step('c', 'condition', { expression, on_true: 'a' })]);

describe('ways without end', () =>
  itRefuses([
    [
      'a branch to its own step, though it waits',
      workflow([split('x', 'y'), step('x', 'wait', { duration: '1d', [THEN]: 'p' }), act('y')]),
      [`${S}.branches[0]`],
    ],
    [
      'a branch by another parallel step',
      workflow([
        split('q'),
        step('q', 'parallel', { branches: ['y'], [THEN]: 'w' }),
        act('y'),
        step('w', 'wait', { duration: '1d', [THEN]: 'p' }),
      ]),
      [`${S}.branches[0]`],
    ],
    [
      'the step itself may lead back',
      workflow([
        step('p', 'parallel', { branches: ['x'], [THEN]: 'w' }),
        act('x'),
        step('w', 'wait', { duration: '1d', [THEN]: 'p' }),
      ]),
      [],
    ],
    ['a constant', loop('1 == 1'), [S]],
    ['the time alone', loop("now > '2000-01-01'"), [S]],
    ['the trigger', loop("trigger.record.status == 'open'"), []],
  ]));

describe('what is missing', () => {
  it.each([
    ['type of an assignee', asks({ role: 'a' }), `${S}.assignee.type`],
    ['type of an action', acts({ url: 'https://a.test' }), `${A}.type`],
    ['type of a step', workflow([{ id: 'a' }]), `${S}.type`],
    [
      'type of a trigger',
      both({ workflows: [{ name: 'w', trigger: {}, steps: [END_STEP] }] }),
      `${W}.trigger.type`,
    ],
  ])('%s', (_, document, path) => {
    const result = parseDocument({ version: 1, ...document }, APP);
    expect(result.ok ? [] : result.faults).toMatchObject([{ path, message: 'The property is required' }]);
  });
});

const PERMISSION: JsonObject = { entity: 'ticket', action: 'read', roles: ['Manager'] };
const manual = (roles: string | string[]): JsonObject => ({
  ...both({ workflows: [{ name: 'w', trigger: { type: 'manual', roles }, steps: [act('a')] }] }),
  permissions: [PERMISSION],
});

describe('warnings', () => {
  it.each<readonly [string, JsonObject, readonly string[]]>([
    ['webhook behind a write', acts(CALL, WRITE, SEND, CALL), [`${S}.actions[3]`]],
    ['webhook before a write', acts(CALL, WRITE), []],
    ['no actions', acts(), [`${S}.actions`]],
    ['assignee of nobody', { ...asks({ type: 'role', role: 'a' }) }, [`${S}.assignee.role`]],
    ['assignee by permission', { ...asks({ type: 'role', role: 'manager' }), permissions: [PERMISSION] }, []],
    ['manual by nobody', manual(['manager', 'manger']), [`${W}.trigger.roles[1]`]],
    ['manual by one text', manual('manger'), [`${W}.trigger.roles`]],
    ['template in a text', sends('Hi {{name}}'), [`${A}.payload`]],
    ['template within', sends({ a: ['{{name}}'] }), [`${A}.payload.a[0]`]],
    [
      'template in a field',
      acts({ type: 'set_field', entity: 'ticket', record_id: 'record_id', field: 'title', value: '{{x}}' }),
      [`${A}.value`],
    ],
    ['branch to its sibling', workflow([split('x', 'y'), act('x', 'y'), act('y')]), [`${S}.branches[0]`]],
  ])('%s', (_, document, paths) => {
    const result = parseDocument({ version: 1, ...document }, APP);
    expect(result.ok && result.warnings.map(({ path }) => path)).toEqual(paths);
  });

  it('name the nearest role', () => {
    const result = parseDocument({ version: 1, ...manual('manger') }, APP);
    expect(result.ok && result.warnings.map(({ hint }) => hint)).toEqual(['Did you mean "Manager"?']);
  });

  it('take roles of transitions for known', () => {
    const transitions = [{ from: 'open', to: 'done', roles: ['boss'] }];
    const machines = machine({ initial: 'open', transitions });
    const document = { ...machines, ...asks({ type: 'role', role: 'BOSS' }) };
    const result = parseDocument({ version: 1, ...document }, APP);
    expect(result.ok && result.warnings).toEqual([]);
  });
});
