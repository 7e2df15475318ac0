/** Records that transitions create: what their values may be, and what is read of them. */
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import type { JsonValue } from '../../src/document/types.ts';
import { evaluateValue } from '../../src/index.ts';
import { buildModel } from '../../src/model/build-model.ts';
import { APP, entity, type JsonObject, KEY, oneToMany, parsed } from '../support/document-fixture.ts';
import { type FaultCase, itRefuses } from './document-fault-fixture.ts';

const NOW = new Date('2026-03-02T23:30:00.000Z');
const ENTITIES = [
  entity('order', [
    { name: 'title', type: 'string', required: true },
    { name: 'total', type: 'decimal', precision: 2 },
    { name: 'status', type: 'string', enum: ['new', 'paid'] },
    KEY('customer_id'),
  ]),
  entity('invoice', [
    { name: 'number', type: 'string', required: true },
    { name: 'kind', type: 'string', enum: ['first', 'second'] },
    { name: 'count', type: 'int' },
    { name: 'due_on', type: 'date' },
    { name: 'extra', type: 'json' },
    { name: 'scan', type: 'file' },
    { name: 'created_at', type: 'timestamp', auto: 'create' },
    KEY('order_id'),
  ]),
];

function documentWith(action: JsonObject): JsonObject {
  const transitions = [{ from: 'new', to: 'paid', actions: [{ type: 'create_record', ...action }] }];
  return {
    entities: ENTITIES,
    relations: [
      oneToMany('invoices', ['order', 'invoice', 'order_id']),
      oneToMany('orders', ['crm.customer', 'order', 'customer_id']),
    ],
    state_machines: [{ entity: 'order', field: 'status', definition: { initial: 'new', transitions } }],
  };
}

const creates = (values: JsonValue, more: JsonObject = {}) =>
  documentWith({ entity: 'invoice', values, ...more });
const expression = (of: string): JsonObject => ({ expression: of });
const creationIn = (document: JsonObject, stored = parsed(document)) => {
  const [machine] = buildModel(stored, APP).entities.get('order')?.machines ?? [];
  return machine?.transitions[0]?.actions;
};
const warningsOf = (document: JsonObject) => {
  const result = parseDocument({ version: 1, ...document }, APP);
  return result.ok && result.warnings;
};

const ACTION = '$.state_machines[0].definition.transitions[0].actions[0]';
const VALUES = `${ACTION}.values`;

const FAULTS: readonly FaultCase[] = [
  ['no entity', documentWith({ values: {} }), [`${ACTION}.entity`]],
  ['an unknown entity', documentWith({ entity: 'invoce', values: {} }), [`${ACTION}.entity`]],
  ['an entity of another app', documentWith({ entity: 'crm.customer', values: {} }), [`${ACTION}.entity`]],
  ['values that are no object', creates([]), [VALUES]],
  ['an unknown field', creates({ nummber: '1' }), [`${VALUES}.nummber`]],
  ['an automatic time', creates({ created_at: 'now' }), [`${VALUES}.created_at`]],
  ['a file', creates({ scan: expression('record.title') }), [`${VALUES}.scan`]],
  ['a literal of another type', creates({ count: 'many' }), [`${VALUES}.count`]],
  ['a value that is not in the list', creates({ kind: 'third' }), [`${VALUES}.kind`]],
  ['nothing where a value must be', creates({ number: null }), [`${VALUES}.number`]],
  ['an expression of another kind', creates({ count: expression('record.title') }), [`${VALUES}.count`]],
  [
    'an expression that is broken',
    creates({ number: expression('record.') }),
    [`${VALUES}.number.expression`],
  ],
  [
    'what guards do not see',
    creates({ number: expression('trigger.record.title') }),
    [`${VALUES}.number.expression`],
  ],
  [
    'an unknown field within lists and objects',
    creates({ extra: { a: ['x', expression('record.titel')] } }),
    [`${VALUES}.extra.a[1].expression`],
  ],
];

describe('faults of records to create', () => itRefuses(FAULTS));

it('says where in an expression it is wrong, and what may have been meant', () => {
  const document = creates({ number: expression("'a' + record.titl") });
  const result = parseDocument({ version: 1, ...document }, APP);
  expect(!result.ok && result.faults).toMatchObject([
    { message: '13: Unknown field "titl"', hint: 'Did you mean "title"?' },
  ]);
});

it('is read, with expressions that see what guards see', () => {
  const document = creates({
    order_id: expression('record.id'),
    number: expression("action + ' ' + old.status + ' ' + user.id"),
    due_on: 'now',
    extra: { at: expression('now'), list: [1, expression('record.total * 2')] },
    count: 3,
  });
  const [action] = creationIn(document) ?? [];
  if (action?.kind !== 'create_record') throw new Error('nothing is created');
  const variables = {
    ...{ record: { id: 'o', total: '1.25' }, old: { status: 'new' }, action: 'update', user: { id: 'u' } },
    now: NOW,
  };
  const values = [...action.values].map(([name, value]) => [name, evaluateValue(value, variables)]);
  expect(action.entity).toBe('invoice');
  expect(Object.fromEntries(values)).toEqual({
    ...{ order_id: 'o', number: 'update new u', due_on: '2026-03-02', count: 3 },
    extra: { at: NOW.toISOString(), list: [1, 2.5] },
  });
  expect(warningsOf(document)).toEqual([]);
});

it("Rocket's form, without values, creates nothing, and a warning says so", () => {
  const document = documentWith({ entity: 'invoice', data: { number: '1' } });
  expect(warningsOf(document)).toMatchObject([
    { path: ACTION, message: 'Nothing is created, because the action has no "values"' },
  ]);
  expect(creationIn(document)).toEqual([]);
});

it('warns of properties that have no effect', () => {
  const document = creates({ number: '1' }, { record_id: 'x' });
  expect(warningsOf(document)).toMatchObject([{ path: `${ACTION}.record_id` }]);
});

it('a document that was accepted when nothing read the values still makes a model', () => {
  const document = creates({ number: '1' });
  const [machine] = parsed(document).state_machines;
  if (machine === undefined) throw new Error('no machine');
  const action = { type: 'create_record', entity: 'invoice', values: { nummber: '{{title}}' } };
  const transitions = machine.definition.transitions.map((transition) => ({
    ...transition,
    actions: [action],
  }));
  const stored = { ...machine, definition: { ...machine.definition, transitions } };
  expect(creationIn(document, { ...parsed(document), state_machines: [stored] })).toEqual([]);
});
