import { describe, expect, it } from 'vitest';
import { type Measure, parseGroupBy, RocketError } from '../../src/index.ts';
import { order } from '../support/order-fixture.ts';

const shown = (measure: Measure) =>
  measure.kind === 'count' ? 'count' : `${measure.function} ${measure.field.name}`;

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof RocketError && error.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
  throw new Error('Nothing was refused');
};

describe('groups', () => {
  it('are made by fields and spans of time, in the order of both', () => {
    const parsed = parseGroupBy(
      {
        by: [{ field: 'placedAt', bucket: 'MONTH' }, { field: 'status' }, { field: 'dueOn', bucket: 'WEEK' }],
        orderBy: [
          { sum: { total: 'DESC' } },
          { key: { status: 'DESC' } },
          { count: 'ASC' },
          { count: 'DESC' },
        ],
        limit: 7,
      },
      order,
    );
    expect(parsed.keys.map(({ field, bucket }) => [field.name, bucket])).toEqual([
      ['placed_at', 'MONTH'],
      ['status', null],
      ['due_on', 'WEEK'],
    ]);
    const sorted = parsed.order.map(({ by, descending }) => [
      by.kind === 'key' ? by.key.field.name : shown(by.measure),
      descending,
    ]);
    expect(sorted).toEqual([
      ['sum total', true],
      ['status', true],
      ['count', false],
      ['placed_at', false],
      ['due_on', false],
    ]);
    expect(parsed.limit).toBe(7);
    expect(parsed.having).toBeNull();
  });

  it('are as many as a page of the entity holds, unless fewer are asked for', () => {
    expect(parseGroupBy({ by: [{ field: 'paid' }] }, order).limit).toBe(50);
    expect(parseGroupBy({ by: [{ field: 'paid' }], limit: null }, order).limit).toBe(50);
    expect(parseGroupBy({ by: [{ field: 'paid' }], limit: 0 }, order).limit).toBe(0);
  });

  it('are chosen by conditions on their numbers', () => {
    const having = {
      count: { gte: 2, lt: 9 },
      OR: [{ sum: { total: { gt: '10.50' } } }, { NOT: { max: { placedAt: { isNull: true } } } }],
      countDistinct: { customerId: { in: [1, 2] } },
    };
    const parsed = parseGroupBy({ by: [{ field: 'paid' }], having }, order).having;
    expect(parsed).toMatchObject({
      kind: 'all',
      conditions: [
        {
          kind: 'all',
          conditions: [
            { kind: 'compare', measure: { kind: 'count' }, operator: 'gte', value: 2 },
            { operator: 'lt', value: 9 },
          ],
        },
        {
          kind: 'any',
          conditions: [
            { kind: 'compare', measure: { function: 'sum', field: { name: 'total' } }, value: '10.50' },
            { kind: 'not', condition: { kind: 'isNull', measure: { function: 'max' }, isNull: true } },
          ],
        },
        { kind: 'in', measure: { function: 'countDistinct' }, values: [1, 2], negated: false },
      ],
    });
  });
});

const by = [{ field: 'status' }];

describe('arguments that are refused', () => {
  it.each<[object, string]>([
    [{ by: null }, 'by must be a list with at least one field'],
    [{ by: [] }, 'by must be a list with at least one field'],
    [{ by: [null] }, 'by[0] may not be null'],
    [{ by: [{ bucket: 'DAY' }] }, 'by[0].field is not a field'],
    [{ by: [{ field: 'toString' }] }, 'by[0].field is not a field'],
    [{ by: [{ field: 'extra' }] }, 'by[0].field is a json value, which cannot be grouped by'],
    [{ by: [{ field: 'placedAt' }, { field: 'placedAt', bucket: 'DAY' }] }, 'by[1].field repeats placedAt'],
    [
      { by: [{ field: 'status', bucket: 'DAY' }] },
      'by[0].bucket is for times and dates only, and status is neither',
    ],
    [{ by: [{ field: 'dueOn', bucket: 'HOUR' }] }, 'by[0].bucket may not be HOUR: dueOn is a date'],
    [{ by, limit: 51 }, 'limit may be at most 50'],
    [{ by, limit: -1 }, 'limit may not be negative'],
    [{ by, having: null }, 'having may not be null'],
    [{ by, having: {} }, 'having may not be empty'],
    [{ by, having: { OR: [] } }, 'having.OR must be a list with at least one condition'],
    [{ by, having: { count: {} } }, 'having.count may not be empty'],
    [{ by, having: { sum: { total: { gt: null } } } }, 'having.sum.total.gt may not be null; use isNull'],
    [{ by, having: { sum: { status: { gt: 1 } } } }, 'having.sum.status is not a value of a group'],
    [
      { by, having: { min: { note: { like: 'a%' } } } },
      'having.min.note.like is not an operator on a value of a group',
    ],
    [{ by, having: { min: { note: { eq: 'a\0' } } } }, 'having.min.note.eq may not contain a NUL character'],
    [{ by, having: { count: { in: [] } } }, 'having.count.in must not be empty'],
    [{ by, having: { AND: [{ count: { eq: 1 } }, {}] } }, 'having.AND[1] may not be empty'],
    [{ by, orderBy: [{}] }, 'orderBy[0] may not be empty'],
    [{ by, orderBy: [{ key: { paid: 'ASC' } }] }, 'orderBy[0].key.paid is not among the fields of "by"'],
    [{ by, orderBy: [{ sum: { total: null } }] }, 'orderBy[0].sum.total must be ASC or DESC'],
    [{ by, orderBy: [{ avg: { note: 'ASC' } }] }, 'orderBy[0].avg.note is not a value of a group'],
  ])('%j', (args, message) => {
    expect(messageOf(() => parseGroupBy({ by: undefined, ...args }, order))).toBe(message);
  });

  it('several values in one element of the order, whose precedence would depend on JSON', () => {
    const message = /^orderBy\[0\].* must name exactly one value/;
    expect(messageOf(() => parseGroupBy({ by, orderBy: [{ count: 'ASC', key: {} }] }, order))).toMatch(
      message,
    );
    const sums = { sum: { total: 'ASC', items: 'ASC' } };
    expect(messageOf(() => parseGroupBy({ by, orderBy: [sums] }, order))).toMatch(message);
  });

  it('more conditions, or deeper ones, than a statement should have', () => {
    const many = { OR: Array.from({ length: 101 }, () => ({ count: { eq: 1 } })) };
    expect(messageOf(() => parseGroupBy({ by, having: many }, order))).toMatch(/at most 100 conditions/);
    let deep: object = { count: { eq: 1 } };
    for (let level = 0; level < 100; level += 1) deep = { NOT: deep };
    expect(messageOf(() => parseGroupBy({ by, having: deep }, order))).toMatch(/nested too deeply/);
  });
});
