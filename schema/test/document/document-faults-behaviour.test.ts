import { describe } from 'vitest';
import { entity } from '../support/document-fixture.ts';
import {
  both,
  condition,
  type FaultCase,
  itRefuses,
  machine,
  rule,
  sample,
  webhook,
} from './document-fault-fixture.ts';

const CASES: readonly FaultCase[] = [
  [
    'rule on an unknown entity',
    both({ rules: [{ entity: 'tiket', type: 'field', definition: { field: 'x', operator: 'min' } }] }),
    ['$.rules[0].entity'],
  ],
  [
    'rule on an unknown field',
    rule({ field: 'tittle', operator: 'min_length', value: 1 }),
    ['$.rules[0].definition.field'],
  ],
  ['expression rule without one', rule({}, 'expression'), ['$.rules[0].definition.expression']],
  [
    'rule after the write',
    both({
      rules: [
        { entity: 'ticket', hook: 'after_write', type: 'expression', definition: { expression: 'true' } },
      ],
    }),
    ['$.rules[0].hook'],
  ],
  [
    'machine on an unknown field',
    machine({ transitions: [{ from: 'open', to: 'done' }] }, { field: 'state' }),
    ['$.state_machines[0].field'],
  ],
  [
    'unknown states',
    machine({ initial: 'new', transitions: [{ from: ['open', 'old'], to: 'gone' }] }),
    [
      '$.state_machines[0].definition.initial',
      '$.state_machines[0].definition.transitions[0].from[1]',
      '$.state_machines[0].definition.transitions[0].to',
    ],
  ],
  ['no transitions', machine({ transitions: [] }), ['$.state_machines[0].definition.transitions']],
  [
    'transition sets an unknown field',
    machine({
      transitions: [
        { from: 'open', to: 'done', actions: [{ type: 'set_field', field: 'at', value: 'now' }] },
      ],
    }),
    ['$.state_machines[0].definition.transitions[0].actions[0].field'],
  ],
  [
    'machine twice',
    both({
      state_machines: [1, 2].map(() => ({
        entity: 'ticket',
        field: 'status',
        definition: { transitions: [{ from: 'open', to: 'done' }] },
      })),
    }),
    ['$.state_machines[1].field'],
  ],
  [
    'permission on an unknown entity',
    both({ permissions: [{ entity: 'x', action: 'read', roles: ['a'] }] }),
    ['$.permissions[0].entity'],
  ],
  [
    'unknown action',
    both({ permissions: [{ entity: 'ticket', action: 'write', roles: ['a'] }] }),
    ['$.permissions[0].action'],
  ],
  [
    'condition on an unknown field',
    condition({ field: 'x', operator: 'eq', value: 1 }),
    ['$.permissions[0].conditions[0].field'],
  ],
  [
    'unknown operator',
    condition({ field: 'title', operator: 'is', value: 1 }),
    ['$.permissions[0].conditions[0].operator'],
  ],
  [
    'condition of another type',
    condition({ field: 'customer_id', operator: 'eq', value: 'me' }),
    ['$.permissions[0].conditions[0].value'],
  ],
  [
    'no list for in',
    condition({ field: 'title', operator: 'in', value: 'a' }),
    ['$.permissions[0].conditions[0].value'],
  ],
  [
    'unknown property of the user',
    condition({ field: 'title', operator: 'eq', value: { user: 'name' } }),
    ['$.permissions[0].conditions[0].value'],
  ],
  [
    'pattern with a lone escape',
    condition({ field: 'title', operator: 'like', value: 'a\\' }),
    ['$.permissions[0].conditions[0].value'],
  ],
  [
    'webhook on an unknown entity',
    both({ webhooks: [{ entity: 'x', url: 'https://a.test' }] }),
    ['$.webhooks[0].entity'],
  ],
  [
    'webhook without http',
    both({ webhooks: [{ entity: 'ticket', url: 'file:///etc/passwd' }] }),
    ['$.webhooks[0].url'],
  ],
  [
    'ports of webhooks that nothing can listen on',
    both({
      webhooks: ['a.test:0', 'a.test:65536/hook', '[::1]:00?x', 'a.test:99999#x'].map((to) => ({
        ...{ entity: 'ticket', url: `https://${to}` },
      })),
    }),
    [0, 1, 2, 3].map((at) => `$.webhooks[${at}].url`),
  ],
  [
    'conditions of webhooks',
    both({
      webhooks: ['record.titel', 'changes.title.now', 'related.x', 'record.title ==', 'title'].map(
        (text, place) => ({ entity: 'ticket', url: `https://a.test/${place}`, condition: text }),
      ),
    }),
    [0, 1, 2, 3, 4].map((place) => `$.webhooks[${place}].condition`),
  ],
  [
    'condition of a webhook that may refuse',
    webhook({ hook: 'before_delete', condition: 'record.titel' }),
    ['$.webhooks[0].condition'],
  ],
  ...['X Key', 'X-Key:', '', 'Host', 'content-length', 'Transfer-Encoding'].map(
    (name): FaultCase => [
      `header ${JSON.stringify(name)} of a webhook`,
      webhook({ headers: { [name]: 'a' } }),
      [
        name === '' || /[^A-Za-z_]/.test(name)
          ? `$.webhooks[0].headers["${name}"]`
          : `$.webhooks[0].headers.${name}`,
      ],
    ],
  ),
  [
    'header of a webhook twice',
    webhook({ headers: { 'x-key': 'a', 'X-Key': 'b' } }),
    ['$.webhooks[0].headers["X-Key"]'],
  ],
  [
    'header of a webhook with a line break',
    webhook({ headers: { key: 'a\r\nb: c' } }),
    ['$.webhooks[0].headers.key'],
  ],
  ['export of an unknown entity', both({ exports: ['customer', 'x'] }), ['$.exports[1]']],
  ['sample value of another type', sample({ title: 5 }), ['$.sample_data.ticket[0].title']],
  ['sample value outside the enum', sample({ title: 'a', status: 'x' }), ['$.sample_data.ticket[0].status']],
  ['sample row without a required value', sample({ status: 'open' }), ['$.sample_data.ticket[0]']],
  [
    'prototype key',
    both({ ui_configs: [{ entity: 'ticket', config: { constructor: {} } }] }),
    ['$.ui_configs[0].config.constructor'],
  ],
  ['NUL character', both({ description: 'a\u0000b' }), ['$.description']],
  ['half of a surrogate pair', both({ description: '\ud800' }), ['$.description']],
  [
    'faults of shape and of reference at once',
    both({ exports: ['x'], rules: [{ entity: 'ticket', type: 'fild', definition: {} }] }),
    ['$.exports[0]', '$.rules[0].type'],
  ],
  [
    'no second fault for a broken entity',
    { entities: [entity('a', [{ name: 'x', type: 'geo' }])], exports: ['a'] },
    ['$.entities[0].fields[1].type'],
  ],
];

describe('faults of behaviour', () => itRefuses(CASES));
