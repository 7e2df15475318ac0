import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { both, type FaultCase, itRefuses, workflow } from '../document/document-fault-fixture.ts';
import { APP, entity, type JsonObject, KEY, oneToMany } from '../support/document-fixture.ts';
import { END_STEP, step, THEN } from './workflow-fixture.ts';

const W = '$.workflows[0]';
const S = `${W}.steps[0]`;
const trigger = (given: JsonObject): JsonObject =>
  both({ workflows: [{ name: 'w', trigger: given, steps: [END_STEP] }] });
const started = (type: string, given: JsonObject = {}): JsonObject =>
  trigger({ type, entity: 'ticket', ...given });
/** A workflow of one step. */
const only = (type: string, given: JsonObject = {}, extra: JsonObject = {}): JsonObject =>
  workflow([step('a', type, given)], {}, extra);
const acts = (...actions: JsonObject[]): JsonObject => only('action', { actions });
const sets = (given: JsonObject): JsonObject =>
  acts({ type: 'set_field', entity: 'ticket', record_id: 'record_id', ...given });
const hook = (given: JsonObject): JsonObject => acts({ type: 'webhook', url: 'https://a.test', ...given });
const MANAGER: JsonObject = { type: 'role', role: 'manager' };
const assigned = (assignee: JsonObject): JsonObject => only('approval', { assignee });

const TRIGGERS: readonly FaultCase[] = [
  ['unknown trigger', trigger({ type: 'on_save', entity: 'ticket' }), [`${W}.trigger.type`]],
  ['trigger without an entity', trigger({ type: 'record_created' }), [`${W}.trigger.entity`]],
  ['trigger on an unknown entity', started('record_deleted', { entity: 'tiket' }), [`${W}.trigger.entity`]],
  ['trigger without a field', started('state_change'), [`${W}.trigger.field`]],
  ['trigger on an unknown field', started('state_change', { field: 'state' }), [`${W}.trigger.field`]],
  [
    'states that the field cannot have',
    started('state_change', { field: 'status', from: ['open', 'new'], to: 'closed' }),
    [`${W}.trigger.from[1]`, `${W}.trigger.to`],
  ],
  ['no states', started('state_change', { field: 'status', to: [] }), [`${W}.trigger.to`]],
  [
    'updates of an unknown field',
    started('record_updated', { fields: ['title', 'x'] }),
    [`${W}.trigger.fields[1]`],
  ],
  ['updates of an unknown single field', started('record_updated', { field: 'x' }), [`${W}.trigger.field`]],
  [
    'updates by both names',
    started('record_updated', { field: 'title', fields: ['title'] }),
    [`${W}.trigger.field`],
  ],
  [
    'condition of a trigger',
    started('record_created', { condition: 'record.titel' }),
    [`${W}.trigger.condition`],
  ],
  [
    'condition that names steps',
    started('record_created', { condition: 'context.x' }),
    [`${W}.trigger.condition`],
  ],
  ['misspelt condition', started('record_created', { conditon: 'false' }), [`${W}.trigger.conditon`]],
  ['event without a name', trigger({ type: 'event' }), [`${W}.trigger.event`]],
  [
    'condition of an event',
    trigger({ type: 'event', event: 'e', condition: 'record.x' }),
    [`${W}.trigger.condition`],
  ],
  ['roles that are none', trigger({ type: 'manual', roles: [1] }), [`${W}.trigger.roles`]],
  ['manual on an unknown entity', trigger({ type: 'manual', entity: 'x' }), [`${W}.trigger.entity`]],
  ['schedule without times', trigger({ type: 'schedule' }), [`${W}.trigger.cron`]],
  ...['* * * *', '61 * * * *', '@daily', '0 9 * * ?', '0 0 30 2 *', 'daily', '* * * * * * *'].map(
    (cron): FaultCase => [`cron ${cron}`, trigger({ type: 'schedule', cron }), [`${W}.trigger.cron`]],
  ),
  ...['Mars/Olympus', '+02:00', ' '].map(
    (time_zone): FaultCase => [
      `time zone ${JSON.stringify(time_zone)}`,
      trigger({ type: 'schedule', cron: '0 9 * * *', time_zone }),
      [`${W}.trigger.time_zone`],
    ],
  ),
];

const STEPS: readonly FaultCase[] = [
  ['no steps', workflow([]), [`${W}.steps`]],
  [
    'too many steps',
    workflow(Array.from({ length: 201 }, (_, n) => step(`s${n}`, 'action'))),
    [`${W}.steps`],
  ],
  ['unknown step', only('e_sign'), [`${S}.type`]],
  [
    'step twice',
    workflow([step('a', 'action', { actions: [] }), step('a', 'action', { actions: [] })]),
    [`${W}.steps[1].id`],
  ],
  ['step called end', workflow([step('end', 'action', { actions: [] })]), [`${S}.id`]],
  [
    'goto nowhere',
    workflow([step('a', 'condition', { expression: 'true', on_true: { goto: 'b' }, on_false: 'c' })]),
    [`${S}.on_true.goto`, `${S}.on_false`],
  ],
  ['goto that is none', only('action', { actions: [], [THEN]: 5 }), [`${S}.then`]],
  ['condition without expression', only('condition'), [`${S}.expression`]],
  [
    'condition on an unknown field',
    only('condition', { expression: 'trigger.record.x > 1' }),
    [`${S}.expression`],
  ],
  ['condition on an unknown name', only('condition', { expression: 'context.x > 1' }), [`${S}.expression`]],
  [
    'context of an unknown field',
    only('action', { actions: [] }, { context: { a: 'record.titel' } }),
    [`${W}.context.a`],
  ],
  ['approval without assignee', only('approval'), [`${S}.assignee`]],
  ['timeout that is none', only('approval', { assignee: MANAGER, timeout: '2 days' }), [`${S}.timeout`]],
  ['wait for nothing', only('wait'), [S]],
  ['wait for two', only('wait', { duration: '1d', until: 'record.title' }), [`${S}.until`]],
  ['wait for a number', only('wait', { duration: 5 }), [`${S}.duration`]],
  ['wait until a field that is none', only('wait', { until: 'record.x' }), [`${S}.until`]],
  ['wait until a name that is none', only('wait', { until: 'context.x' }), [`${S}.until`]],
  ['wait until what is no time', only('wait', { until: 'record.customer_id' }), [`${S}.until`]],
  ['wait with a timeout', only('wait', { duration: '1d', timeout: '2d' }), [`${S}.timeout`]],
  ['wait on a condition', only('wait', { event: 'e', condition: 'record.x' }), [`${S}.condition`]],
  ['parallel without branches', only('parallel', { branches: [] }), [`${S}.branches`]],
  [
    'branches',
    workflow([step('a', 'parallel', { branches: ['b', 'end', 'b', { goto: 'x' }], join: 'one' }), END_STEP]),
    [`${S}.branches[1]`, `${S}.branches[2]`, `${S}.branches[3].goto`, `${S}.join`],
  ],
  [
    'too many branches',
    only('parallel', { branches: Array.from({ length: 51 }, () => 'a') }),
    [`${S}.branches`],
  ],
  [
    'a step that no path reaches',
    workflow([step('a', 'action', { actions: [] }), step('b', 'action', { actions: [], [THEN]: 'a' })]),
    [`${W}.steps[1]`],
  ],
  [
    'steps without end',
    workflow([
      step('a', 'condition', { expression: 'true', on_true: 'b' }),
      step('b', 'action', { actions: [], [THEN]: 'c' }),
      step('c', 'parallel', { branches: ['d'], [THEN]: 'b' }),
      step('d', 'action', { actions: [] }),
    ]),
    [`${W}.steps[1]`],
  ],
  ['a step after itself', workflow([step('a', 'action', { actions: [], [THEN]: 'a' })]), [S]],
  [
    'relation of no record',
    both({
      workflows: [
        {
          name: 'w',
          trigger: { type: 'manual' },
          steps: [step('a', 'approval', { assignee: { type: 'relation', path: 'owner' } })],
        },
      ],
    }),
    [`${S}.assignee.type`],
  ],
  ['unknown assignee', assigned({ type: 'group', group: 'a' }), [`${S}.assignee.type`]],
  ['role without a name', assigned({ type: 'role' }), [`${S}.assignee.role`]],
  ['assignee with more', assigned({ ...MANAGER, user: 'a' }), [`${S}.assignee.user`]],
  ['relation to nowhere', assigned({ type: 'relation', path: 'owner.id' }), [`${S}.assignee.path`]],
  ['relation to no field', assigned({ type: 'relation', path: 'owner' }), [`${S}.assignee.path`]],
];

const A = `${S}.actions[0]`;
const ACTIONS: readonly FaultCase[] = [
  ['no actions', only('action'), [`${S}.actions`]],
  ['action that is none', only('action', { actions: ['close'] }), [A]],
  ['unknown action', acts({ type: 'http_request' }), [`${A}.type`]],
  ['unknown entity', sets({ entity: 'x', field: 'title', value: 1 }), [`${A}.entity`]],
  ['unknown field', sets({ field: 'x', value: 1 }), [`${A}.field`]],
  ['no field', sets({ value: 1 }), [`${A}.field`]],
  ['field that is not set', sets({ field: 'id', value: 'a' }), [`${A}.field`]],
  ['no value', sets({ field: 'status' }), [`${A}.value`]],
  ['value of another type', sets({ field: 'title', value: 5 }), [`${A}.value`]],
  ['value of another list', sets({ field: 'status', value: 'closed' }), [`${A}.value`]],
  ['no value for a required field', sets({ field: 'title', value: null }), [`${A}.value`]],
  ['time in a list of values', sets({ field: 'status', value: 'now' }), [`${A}.value`]],
  [
    'expression of a value',
    sets({ field: 'title', value: { expression: 'context.x' } }),
    [`${A}.value.expression`],
  ],
  ['expression of another type', sets({ field: 'title', value: { expression: '1 + 1' } }), [`${A}.value`]],
  ['no record', acts({ type: 'delete_record', entity: 'ticket' }), [`${A}.record_id`]],
  [
    'record by a text',
    acts({ type: 'delete_record', entity: 'ticket', record_id: 'abc' }),
    [`${A}.record_id`],
  ],
  [
    'record by no name',
    acts({ type: 'delete_record', entity: 'ticket', record_id: 'context.id' }),
    [`${A}.record_id`],
  ],
  [
    'update without values',
    acts({ type: 'update_record', entity: 'ticket', record_id: 'record_id' }),
    [`${A}.values`],
  ],
  [
    'values of a new record',
    acts({ type: 'create_record', entity: 'ticket', values: { title: 5, x: 1, status: 'open' } }),
    [`${A}.values.title`, `${A}.values.x`],
  ],
  ['address without http', hook({ url: 'ftp://a.test' }), [`${A}.url`]],
  ['method', hook({ method: 'HEAD' }), [`${A}.method`]],
  ['headers', hook({ headers: { Host: 'a', 'x-y': 5 } }), [`${A}.headers.Host`, `${A}.headers["x-y"]`]],
  ['body', hook({ body: { expression: 'x' } }), [`${A}.body.expression`]],
  ['event without a name', acts({ type: 'send_event' }), [`${A}.event`]],
  [
    'payload',
    acts({ type: 'send_event', event: 'e', payload: { expression: 'record' } }),
    [`${A}.payload.expression`],
  ],
];

describe('faults of triggers', () => itRefuses(TRIGGERS));
describe('faults of steps', () => itRefuses(STEPS));
describe('faults of actions', () => itRefuses(ACTIONS));

describe('workflows', () => {
  it('tell of the faults of steps beside those of the trigger', () => {
    itHas(workflow([step('a', 'action', { actions: [{ type: 'x' }] })], { to: 'gone' }), [
      `${W}.trigger.to`,
      `${A}.type`,
    ]);
  });

  it('name relations of the app alone, to one record', () => {
    const path = (text: string): JsonObject => ({
      entities: [
        entity('ticket', [KEY('agent_id'), KEY('customer_id')]),
        entity('agent', [KEY('user_id'), { name: 'age', type: 'int' }]),
      ],
      relations: [
        oneToMany('agent_tickets', ['agent', 'ticket', 'agent_id']),
        oneToMany('customer_tickets', ['crm.customer', 'ticket', 'customer_id']),
      ],
      workflows: [
        {
          name: 'w',
          trigger: { type: 'record_created', entity: 'ticket' },
          steps: [step('a', 'approval', { assignee: { type: 'relation', path: text } })],
        },
      ],
    });
    for (const good of ['agent_id', 'agent.user_id', 'agent_tickets.user_id']) itHas(path(good), []);
    for (const bad of ['agent.age', 'customer.id', 'agent.tickets.id', 'agent.', '']) {
      itHas(path(bad), [`${S}.assignee.path`]);
    }
  });
});

function itHas(document: JsonObject, paths: readonly string[]): void {
  const result = parseDocument({ version: 1, ...document }, APP);
  expect(result.ok ? [] : result.faults.map((fault) => fault.path)).toEqual(paths);
}
