import { describe, expect, it } from 'vitest';
import { readFilter } from '../../src/access/policy.ts';
import { matches } from '../../src/filter/evaluate.ts';
import { MATCH_ALL, MATCH_NONE } from '../../src/filter/filter.ts';
import type { Caller } from '../../src/protocol/call-context.ts';
import { entity, type JsonObject, model } from '../support/document-fixture.ts';

const ME = '10000000-0000-0000-0000-000000000001';
const FIELDS: JsonObject[] = [
  { name: 'owner_id', type: 'uuid' },
  { name: 'email', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'price', type: 'decimal' },
];
const ANYBODY: Caller = { userId: null, email: null, roles: [], isAdmin: false };
const user = (...roles: string[]): Caller => ({ userId: ME, email: 'me@a.test', roles, isAdmin: false });
const policy = (roles: string[], ...conditions: JsonObject[]): JsonObject => ({
  entity: 'deal',
  action: 'read',
  roles,
  conditions,
});
const condition = (
  field: string,
  operator: string,
  value: JsonObject | string | number | null | string[],
): JsonObject => ({ field, operator, value });

function filterOf(policies: JsonObject[], caller: Caller) {
  const built = model({ entities: [entity('deal', FIELDS)], permissions: policies });
  return readFilter(built, { entity: 'deal', action: 'read', caller });
}

/** Whether the caller sees the record. */
function sees(policies: JsonObject[], caller: Caller, record: Record<string, unknown>): boolean {
  const filter = filterOf(policies, caller);
  return filter !== 'forbidden' && matches(filter, record);
}

describe('who is let in', () => {
  it('forbids without a policy for the role and the action', () => {
    expect(filterOf([], user('sales'))).toBe('forbidden');
    expect(filterOf([policy(['agent'])], user('sales'))).toBe('forbidden');
    expect(filterOf([{ ...policy(['sales']), action: 'update' }], user('sales'))).toBe('forbidden');
    expect(filterOf([policy(['sales'])], ANYBODY)).toBe('forbidden');
  });

  it('compares roles without case and lets an admin do everything', () => {
    expect(filterOf([policy(['Sales'])], user('sALES'))).toBe(MATCH_ALL);
    expect(filterOf([], { ...ANYBODY, isAdmin: true })).toBe(MATCH_ALL);
  });

  it('takes "public" for everybody', () => {
    expect(filterOf([policy(['public'])], ANYBODY)).toBe(MATCH_ALL);
    expect(filterOf([policy(['Public'])], user('sales'))).toBe(MATCH_ALL);
  });
});

describe('which records', () => {
  const open = condition('status', 'eq', 'open');
  const mine = condition('owner_id', 'eq', { user: 'id' });

  it('needs all conditions of one policy', () => {
    const policies = [policy(['sales'], open, mine)];
    expect(sees(policies, user('sales'), { status: 'open', owner_id: ME })).toBe(true);
    expect(sees(policies, user('sales'), { status: 'done', owner_id: ME })).toBe(false);
    expect(sees(policies, user('sales'), { status: 'open', owner_id: null })).toBe(false);
  });

  it('needs one of several policies, and a wider one widens', () => {
    const policies = [policy(['sales'], open), policy(['sales'], mine)];
    expect(sees(policies, user('sales'), { status: 'done', owner_id: ME })).toBe(true);
    expect(sees(policies, user('sales'), { status: 'done', owner_id: null })).toBe(false);
    expect(filterOf([...policies, policy(['boss'])], user('sales', 'boss'))).toBe(MATCH_ALL);
  });

  it('lets a condition on the user match nothing for who is nobody', () => {
    expect(filterOf([policy(['public'], mine)], ANYBODY)).toBe(MATCH_NONE);
    expect(filterOf([policy(['public'], condition('owner_id', 'neq', { user: 'id' }))], ANYBODY)).toBe(
      MATCH_NONE,
    );
    expect(filterOf([policy(['public'], mine)], { ...ANYBODY, userId: 'auth0|42' })).toBe(MATCH_NONE);
    expect(
      sees([policy(['public'], condition('email', 'eq', { user: 'email' }))], user(), { email: 'me@a.test' }),
    ).toBe(true);
  });

  it.each<[JsonObject, Record<string, unknown>, boolean]>([
    [condition('status', 'in', ['open', 'new']), { status: 'new' }, true],
    [condition('status', 'not_in', ['open']), { status: 'new' }, true],
    [condition('status', 'not_in', ['open']), { status: null }, false],
    [condition('status', 'neq', 'open'), { status: null }, false],
    [condition('status', 'eq', null), { status: null }, true],
    [condition('status', 'neq', null), { status: 'x' }, true],
    [condition('status', 'like', 'o%n'), { status: 'open' }, true],
    [condition('price', 'gte', 10), { price: '9.99' }, false],
    [condition('price', 'lt', 10), { price: '9.99' }, true],
    [condition('owner_id', 'eq', ME.toUpperCase()), { owner_id: ME }, true],
  ])('%j of %j: %s', (only, record, expected) => {
    expect(sees([policy(['sales'], only)], user('sales'), record)).toBe(expected);
  });
});
