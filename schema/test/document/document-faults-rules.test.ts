import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { buildModel } from '../../src/model/build-model.ts';
import { APP, entity, type JsonObject, KEY, oneToMany, parsed } from '../support/document-fixture.ts';
import { type FaultCase, faultPaths, itRefuses } from './document-fault-fixture.ts';

const ENTITIES = [
  entity('order', [
    { name: 'title', type: 'string', required: true },
    { name: 'total', type: 'decimal', precision: 2 },
    { name: 'tax', type: 'decimal' },
    { name: 'count', type: 'int' },
    { name: 'status', type: 'string', enum: ['new', 'paid', 'gone'] },
    { name: 'phase', type: 'string' },
    { name: 'data', type: 'json' },
    { name: 'mood', type: 'string' },
    { name: 'mood_transitions', type: 'string' },
    { name: 'paid_at', type: 'timestamp' },
    { name: 'created_at', type: 'timestamp', auto: 'create' },
  ]),
  entity('item', [KEY('order_id'), { name: 'price', type: 'decimal' }]),
];

function document(extra: JsonObject): JsonObject {
  return {
    entities: ENTITIES,
    relations: [oneToMany('items', ['order', 'item', 'order_id'])],
    ...extra,
  };
}

const ruleOf = (type: string, definition: JsonObject, more: JsonObject = {}) =>
  document({ rules: [{ entity: 'order', type, definition, ...more }] });
const field = (name: string, operator: string, value?: unknown) =>
  ruleOf('field', { field: name, operator, ...(value === undefined ? {} : { value }) } as JsonObject);
const expression = (text: string, more: JsonObject = {}) =>
  ruleOf('expression', { expression: text, ...more });
const computed = (rules: Record<string, string>) =>
  document({
    rules: Object.entries(rules).map(([name, text]) => ({
      entity: 'order',
      type: 'computed',
      definition: { field: name, expression: text },
    })),
  });
const machineOf = (definition: JsonObject, name = 'status', others: JsonObject[] = []) =>
  document({ state_machines: [{ entity: 'order', field: name, definition }, ...others] });
const action = (of: JsonObject) => machineOf({ transitions: [{ from: 'new', to: 'paid', actions: [of] }] });

const RULE = '$.rules[0].definition';
const MACHINE = '$.state_machines[0].definition.transitions';
const ACTION = `${MACHINE}[0].actions[0]`;

const RULES: readonly FaultCase[] = [
  ['unknown operator', field('title', 'minlength', 1), [`${RULE}.operator`]],
  ['limit of texts on a number', field('count', 'min_length', 1), [`${RULE}.operator`]],
  ['limit of numbers on a text', field('title', 'max', 1), [`${RULE}.operator`]],
  ['limit that is no number', field('count', 'max', 'many'), [`${RULE}.value`]],
  ['limit that is missing', field('count', 'gte'), [`${RULE}.value`]],
  ['length below zero', field('title', 'max_length', -1), [`${RULE}.value`]],
  ['date that is none', field('paid_at', 'lt', 'soon'), [`${RULE}.value`]],
  ['pattern beyond RE2', field('title', 'pattern', '(?=a)'), [`${RULE}.value`]],
  ['broken pattern', field('title', 'pattern', '['), [`${RULE}.value`]],
  ['list of other values', field('count', 'in', [1, 'two']), [`${RULE}.value`]],
  ['value that the enum does not have', field('status', 'in', ['new', 'payed']), [`${RULE}.value`]],
  ['no list', field('count', 'not_in', 1), [`${RULE}.value`]],
  ['list of documents', field('data', 'in', [{}]), [`${RULE}.operator`]],
  ['address of a number', field('count', 'email'), [`${RULE}.operator`]],
  ['message that is no text', expression('true', { message: 5 }), [`${RULE}.message`]],
  ['broken expression', expression('record.total >'), [`${RULE}.expression`]],
  ['expression of an unknown field', expression('record.totl > 1'), [`${RULE}.expression`]],
  ['expression of an unknown variable', expression('context.total > 1'), [`${RULE}.expression`]],
  ['relation that is not loaded', expression('len(related.items) > 1'), [`${RULE}.expression`]],
  [
    'load of an unknown relation',
    expression('true', { related_load: [{ relation: 'itms' }] }),
    [`${RULE}.related_load[0].relation`],
  ],
  [
    'load with a filter on an unknown field',
    expression('true', { related_load: [{ relation: 'items', filter: { prize: 1 } }] }),
    [`${RULE}.related_load[0].filter`],
  ],
  [
    'load of a state that there is not',
    document({
      rules: [
        {
          entity: 'item',
          type: 'expression',
          definition: {
            expression: 'true',
            related_load: [{ relation: 'items', filter: { status: ['new', 'payed'] } }],
          },
        },
      ],
    }),
    [`${RULE}.related_load[0].filter`],
  ],
  ['load that is no list', expression('true', { related_load: 'items' }), [`${RULE}.related_load`]],
  [
    'computed value of another kind',
    computed({ count: 'lower(record.title)', title: 'record.tax * 2', paid_at: 'record.tax > 1' }),
    [`${RULE}.expression`, '$.rules[1].definition.expression', '$.rules[2].definition.expression'],
  ],
  ['chained comparison', expression('0 < record.count < 5'), [`${RULE}.expression`]],
  ['function of a number', expression('lower(record.count) == "a"'), [`${RULE}.expression`]],
  ['computed key', computed({ id: "'a'" }), [`${RULE}.field`]],
  ['computed automatic time', computed({ created_at: 'now' }), [`${RULE}.field`]],
  [
    'computed by a delete',
    ruleOf('computed', { field: 'total', expression: '1' }, { hook: 'before_delete' }),
    ['$.rules[0].type'],
  ],
  [
    'computed cycle',
    computed({ total: 'record.tax', tax: 'record.count', count: 'record.total' }),
    [`${RULE}.expression`],
  ],
];

const MACHINES: readonly FaultCase[] = [
  [
    'machine on a number',
    machineOf({ transitions: [{ from: 'a', to: 'b' }] }, 'count'),
    ['$.state_machines[0].field'],
  ],
  [
    'state that nothing leads to',
    machineOf({
      initial: 'new',
      transitions: [
        { from: 'new', to: 'paid' },
        { from: ['paid', 'gone'], to: 'new' },
      ],
    }),
    [`${MACHINE}[1].from[1]`],
  ],
  [
    'broken guard',
    machineOf({ transitions: [{ from: 'new', to: 'paid', guard: 'record.total = 1' }] }),
    [`${MACHINE}[0].guard`],
  ],
  [
    'guard of an unknown field',
    machineOf({ transitions: [{ from: 'new', to: 'paid', guard: 'record.amount > 1' }] }),
    [`${MACHINE}[0].guard`],
  ],
  [
    'sets an automatic time',
    action({ type: 'set_field', field: 'created_at', value: 'now' }),
    [`${ACTION}.field`],
  ],
  ['sets nothing', action({ type: 'set_field', field: 'total', expression: '1' }), [`${ACTION}.value`]],
  ['sets its own state', action({ type: 'set_field', field: 'status', value: 'new' }), [`${ACTION}.field`]],
  [
    'sets a number to a time',
    action({ type: 'set_field', field: 'count', value: 'now' }),
    [`${ACTION}.value`],
  ],
  [
    'empties what is required',
    action({ type: 'set_field', field: 'title', value: null }),
    [`${ACTION}.value`],
  ],
  ['creates an unknown record', action({ type: 'create_record', entity: 'ordre' }), [`${ACTION}.entity`]],
  [
    'transitions with the name of a field',
    machineOf({ transitions: [{ from: 'a', to: 'b' }] }, 'mood'),
    ['$.state_machines[0].field'],
  ],
  ['sends no event', action({ type: 'send_event' }), [`${ACTION}.event`]],
  ['calls no address', action({ type: 'webhook', url: 'ftp://a.test' }), [`${ACTION}.url`]],
];

it('an entity has at most 200 rules, and a document 5,000', () => {
  const many = (count: number, entities: number) =>
    document({
      rules: Array.from({ length: count }, (_, index) => ({
        entity: index % entities === 0 ? 'order' : 'item',
        type: 'expression',
        definition: { expression: `${index} < 0` },
      })),
    });
  expect(faultPaths(many(200, 1))).toEqual([]);
  expect(faultPaths(many(201, 1))).toEqual(['$.rules[200].entity']);
  expect(faultPaths(many(5_001, 2))[0]).toBe('$.rules');
});

describe('faults of rules', () => itRefuses(RULES));
describe('faults of state machines', () => itRefuses(MACHINES));

it('says where in an expression it is wrong, and what may have been meant', () => {
  const result = parseDocument({ version: 1, ...expression('1 > 2 || record.totl > 1') }, APP);
  expect(!result.ok && result.faults).toMatchObject([
    { message: '16: Unknown field "totl"', hint: 'Did you mean "total"?' },
  ]);
});

it('says which computed fields need each other', () => {
  const result = parseDocument(
    { version: 1, ...computed({ total: 'record.tax', tax: 'record.total' }) },
    APP,
  );
  expect(!result.ok && result.faults[0]?.message).toBe(
    'Computed fields need each other: total needs tax needs total',
  );
});

it('compiles rules into a frozen model, in the order in which they run', () => {
  const rules = [
    { type: 'computed', priority: 0, definition: { field: 'total', expression: 'record.tax' } },
    { type: 'computed', priority: 9, definition: { field: 'tax', expression: 'len(record.title)' } },
    { type: 'expression', priority: 0, definition: { expression: 'record.count > 1', message: 'e' } },
    {
      type: 'field',
      priority: 5,
      definition: { field: 'count', operator: 'max', value: 1, message: 'late' },
    },
    {
      type: 'field',
      priority: 1,
      definition: { field: 'count', operator: 'max', value: 1, message: 'early' },
    },
    { type: 'field', active: false, definition: { field: 'count', operator: 'max', value: 1 } },
    { type: 'expression', hook: 'before_delete', definition: { expression: 'true', message: 'kept' } },
  ].map((rule) => ({ entity: 'order', ...rule }));
  const model = buildModel(parsed(document({ rules })), APP);
  const order = model.entities.get('order');
  expect(order?.rules.beforeWrite.checks.map(({ message }) => message)).toEqual(['early', 'late', 'e']);
  expect(order?.rules.beforeWrite.computed.map((rule) => rule.field.name)).toEqual(['tax', 'total']);
  expect(order?.rules.beforeDelete.map(({ message }) => message)).toEqual(['kept']);
  expect(Object.isFrozen(order?.rules.beforeWrite.checks[2])).toBe(true);
});

it('warns of comparisons of different kinds', () => {
  const transitions = [{ from: 'new', to: 'paid', guard: "record.total > '5'" }];
  const result = parseDocument(
    { version: 1, ...expression("record.title != '' && record.count == '5'"), ...machineOf({ transitions }) },
    APP,
  );
  expect(result.ok && result.warnings).toMatchObject([
    { path: `${RULE}.expression`, message: '22: "==" is always false between a number and a text' },
    { path: `${MACHINE}[0].guard`, message: '0: ">" is always false between a number and a text' },
  ]);
});

it('warns of a rule on a field that is computed after it', () => {
  const rule = (type: string, definition: JsonObject) => ({ entity: 'order', type, definition });
  const rules = [
    rule('computed', { field: 'total', expression: 'record.count * 2' }),
    rule('computed', { field: 'title', expression: 'trim(record.title)' }),
    rule('expression', { expression: 'record.count > 1 && record.total > 5' }),
    rule('field', { field: 'total', operator: 'max', value: 5 }),
    rule('field', { field: 'title', operator: 'min_length', value: 2 }),
    rule('expression', { expression: 'old.total > 5 || record.count * 2 > 5' }),
  ];
  const result = parseDocument({ version: 1, ...document({ rules }) }, APP);
  expect(result.ok && result.warnings.map(({ path }) => path)).toEqual([
    '$.rules[2].definition.expression',
    '$.rules[3].definition.field',
  ]);
});

it('warns of a state that no transition leads to', () => {
  const result = parseDocument(
    { version: 1, ...machineOf({ initial: 'new', transitions: [{ from: 'new', to: 'paid' }] }) },
    APP,
  );
  expect(result.ok && result.warnings).toMatchObject([
    { path: '$.state_machines[0].field', message: 'No transition leads to the state "gone"' },
  ]);
});
