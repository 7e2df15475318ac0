/**
 * What decides about access is understood whole, or the document is refused: a misspelt condition must not open data.
 */
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { APP, type JsonObject } from '../support/document-fixture.ts';
import { both, condition, itRefuses, machine, TICKET } from './document-fault-fixture.ts';

const permission = (extra: JsonObject): JsonObject =>
  both({ permissions: [{ entity: 'ticket', action: 'read', roles: ['public'], ...extra }] });
const CONDITION: JsonObject = { field: 'status', operator: 'eq', value: 'open' };

describe('access', () => {
  itRefuses([
    [
      'a misspelt property of a permission',
      permission({ condtions: [CONDITION] }),
      ['$.permissions[0].condtions'],
    ],
    [
      'an unknown property of a condition',
      condition({ ...CONDITION, negate: true }),
      ['$.permissions[0].conditions[0].negate'],
    ],
    [
      'a second property beside the caller',
      condition({ field: 'title', operator: 'eq', value: { user: 'email', role: 'x' } }),
      ['$.permissions[0].conditions[0].value.role'],
    ],
    ['a misspelt section', both({ permisions: [] }), ['$.permisions']],
    ['a misspelt list of exports', both({ export: ['ticket'] }), ['$.export']],
    [
      'a misspelt property of a transition, whose roles and guard say who may change a state',
      machine({ initial: 'open', transitions: [{ from: 'open', to: 'done', rolse: ['agent'] }] }),
      ['$.state_machines[0].definition.transitions[0].rolse'],
    ],
    [
      'a value outside the enum of its field',
      condition({ ...CONDITION, operator: 'neq', value: 'opne' }),
      ['$.permissions[0].conditions[0].value'],
    ],
    [
      'one such value of a list',
      condition({ ...CONDITION, operator: 'not_in', value: ['open', 'gone'] }),
      ['$.permissions[0].conditions[0].value[1]'],
    ],
  ]);

  it('takes what the enum has, comparisons by order, and null', () => {
    const conditions = [
      CONDITION,
      { ...CONDITION, operator: 'in', value: ['open', 'done'] },
      { ...CONDITION, operator: 'gt', value: 'a' },
      { ...CONDITION, operator: 'neq', value: null },
    ];
    const result = parseDocument({ version: 1, ...permission({ conditions }) }, APP);
    expect(result).toMatchObject({ ok: true, warnings: [] });
  });

  it('says what may have been meant', () => {
    const hints = (document: JsonObject) => {
      const result = parseDocument({ version: 1, entities: [TICKET], ...document }, APP);
      return result.ok ? [] : result.faults.map(({ hint }) => hint);
    };
    expect(hints(permission({ condtions: [] }))).toEqual([
      'Did you mean "conditions"? Known: entity, action, roles, conditions',
    ]);
    expect(hints({ permisions: [] })).toEqual([expect.stringContaining('Did you mean "permissions"?')]);
    expect(hints(condition({ ...CONDITION, value: 'opn' }))).toEqual([
      'Did you mean "open"? Allowed: open, done',
    ]);
  });
});
