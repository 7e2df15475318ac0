import { describe, expect, it } from 'vitest';
import { MATCH_ALL } from '../../src/filter/filter.ts';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, KEY, manyToMany, model, oneToMany } from '../support/document-fixture.ts';
import { ADMIN, ANONYMOUS, refusal, scopeOf, signedIn } from '../support/scope-fixture.ts';

const TEXT = { name: 'name', type: 'string' };
const MODEL = model({
  entities: [
    entity('customer', [TEXT]),
    entity('order', [TEXT, KEY('customer_id'), KEY('ticket_id')]),
    entity('profile', [TEXT, KEY('customer_id')]),
    entity('tag', [TEXT]),
    entity('node', [TEXT, KEY('parent_id')]),
  ],
  relations: [
    oneToMany('customer_orders', ['customer', 'order', 'customer_id']),
    { ...oneToMany('customer_profile', ['customer', 'profile', 'customer_id']), type: 'one_to_one' },
    manyToMany('order_tags', ['order', 'tag']),
    oneToMany('node_children', ['node', 'node', 'parent_id'], { graphql: { inverse_field: 'parent' } }),
    oneToMany('ticket_orders', ['helpdesk.ticket', 'order', 'ticket_id']),
  ],
  permissions: [
    { entity: 'customer', action: 'read', roles: ['sales', 'public'], conditions: [] },
    {
      entity: 'order',
      action: 'read',
      roles: ['sales'],
      conditions: [{ field: 'name', operator: 'neq', value: 'hidden' }],
    },
  ],
});

const parse = (name: string, where: unknown, caller = ADMIN) =>
  parseWhere(where, entityOf(MODEL, name), scopeOf(MODEL, caller));
const NAMED = { name: { eq: 'a' } };

describe('filters through relations', () => {
  it.each(['some', 'every', 'none'])('to-many, %s', (quantifier) => {
    expect(parse('customer', { orders: { [quantifier]: NAMED } })).toMatchObject({
      kind: 'relation',
      link: { kind: 'to_many', graphqlName: 'orders' },
      target: { name: 'order' },
      quantifier,
      filter: { kind: 'compare', value: 'a' },
      access: MATCH_ALL,
    });
  });

  it('through a join table', () => {
    expect(parse('tag', { orders: { some: NAMED } })).toMatchObject({
      link: { kind: 'many_to_many' },
      quantifier: 'some',
    });
  });

  it('to one record, whoever holds the key', () => {
    expect(parse('order', { customer: NAMED })).toMatchObject({
      kind: 'relation',
      link: { kind: 'to_one' },
      target: { name: 'customer' },
      quantifier: 'is',
    });
    expect(parse('customer', { profile: NAMED })).toMatchObject({
      link: { kind: 'has_one' },
      target: { name: 'profile' },
      quantifier: 'is',
    });
  });

  it('joins several quantifiers', () => {
    expect(parse('customer', { orders: { some: NAMED, none: { name: { eq: 'b' } } } })).toMatchObject({
      kind: 'all',
      filters: [{ quantifier: 'some' }, { quantifier: 'none', filter: { value: 'b' } }],
    });
  });

  it('goes on from the related entity', () => {
    expect(parse('customer', { orders: { some: { AND: [{ tags: { none: NAMED } }] } } })).toMatchObject({
      filter: { kind: 'all', filters: [{ kind: 'relation', target: { name: 'tag' } }] },
    });
  });

  it.each([
    ['customer', { orders: null }, 'where.orders may not be null'],
    ['customer', { orders: {} }, 'where.orders may not be empty'],
    ['customer', { orders: { any: NAMED } }, 'where.orders.any must be some, every or none'],
    ['customer', { orders: NAMED }, 'where.orders.name must be some, every or none'],
    ['customer', { orders: { every: {} } }, 'where.orders.every may not be empty'],
    ['customer', { orders: { some: null } }, 'where.orders.some may not be null'],
    ['customer', { orders: { some: { rank: {} } } }, 'where.orders.some.rank is not a field'],
    [
      'customer',
      { orders: { some: {} } },
      'where.orders.some may not be empty; to ask whether there is any, use {some: {id: {isNull: false}}}',
    ],
    [
      'customer',
      { orders: { none: {} } },
      'where.orders.none may not be empty; to ask whether there is any, use {none: {id: {isNull: false}}}',
    ],
    [
      'order',
      { customer: {} },
      'where.customer may not be empty; to ask whether there is one, use {id: {isNull: false}}',
    ],
    ['order', { customer: { name: null } }, 'where.customer.name may not be null'],
    [
      'order',
      { ticket: { id: { isNull: false } } },
      'where.ticket belongs to another app, where filters and orders do not reach',
    ],
  ])('refuses %s %j', (name, where, message) => {
    expect(refusal(() => parse(name, where))).toMatchObject({ code: 'BAD_USER_INPUT', message });
  });
});

describe('filters on records that not everybody may read', () => {
  it('see what the caller would see', () => {
    expect(parse('customer', { orders: { some: NAMED } }, signedIn('sales'))).toMatchObject({
      access: { kind: 'compare', operator: 'ne', value: 'hidden' },
    });
  });

  it('are refused where the caller may read none of the records', () => {
    const path = ['where', 'OR', '0', 'orders'];
    const where = { OR: [{ orders: { none: NAMED } }] };
    expect(refusal(() => parse('customer', where, signedIn('guest')))).toEqual({
      code: 'FORBIDDEN',
      message: 'where.OR[0].orders: you may not read order',
      path,
    });
    expect(refusal(() => parse('customer', where, ANONYMOUS))).toEqual({
      code: 'UNAUTHENTICATED',
      message: 'where.OR[0].orders: sign in to read order',
      path,
    });
  });

  it('are refused on the way too, not only at the end', () => {
    const where = { orders: { some: { customer: { orders: { some: NAMED } } } } };
    expect(parse('customer', where, signedIn('sales')).kind).toBe('relation');
    const tags = { orders: { some: { tags: { some: NAMED } } } };
    expect(refusal(() => parse('customer', tags, signedIn('sales')))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'where.orders.some.tags: you may not read tag',
    });
  });
});

describe('the size of a filter through relations', () => {
  const up = (steps: number): unknown => (steps === 0 ? NAMED : { parent: up(steps - 1) });

  it('has a bound for the steps', () => {
    expect(parse('node', up(8)).kind).toBe('relation');
    expect(refusal(() => parse('node', up(9))).message).toBe(
      `where${'.parent'.repeat(9)} goes through more than 8 relations`,
    );
  });

  it('counts conditions on both sides of a relation, and those of policies', () => {
    const orders = (count: number) => ({
      orders: { some: { OR: Array.from({ length: count }, () => NAMED) } },
    });
    expect(parse('customer', orders(998), signedIn('sales')).kind).toBe('relation');
    expect(refusal(() => parse('customer', orders(999), signedIn('sales'))).message).toBe(
      'where may have at most 1000 conditions',
    );
  });
});
