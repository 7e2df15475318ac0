import { describe, expect, it } from 'vitest';
import { measureType } from '../../src/aggregate/measure-type.ts';
import { measures } from '../../src/aggregate/measures.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';
import { order } from '../support/order-fixture.ts';

describe('measures', () => {
  const typesOf = (name: string) =>
    measures(order)
      .find((each) => each.function === name)
      ?.fields.map(({ measure, type }) => `${measure.field.name} ${type}`);

  it('add up numbers in a type that holds the sum, and average decimals exactly', () => {
    expect(typesOf('sum')).toEqual(['items bigint', 'weight decimal', 'discount float', 'total decimal']);
    expect(typesOf('avg')).toEqual(['items float', 'weight float', 'discount float', 'total decimal']);
  });

  it('find the ends of what has an order of its own, and not of keys and enums', () => {
    const expected = [
      'note string',
      'items int',
      'weight bigint',
      'discount float',
      'total decimal',
      'placed_at timestamp',
      'due_on date',
    ];
    expect(typesOf('min')).toEqual(expected);
    expect(typesOf('max')).toEqual(expected);
  });

  it('count the values of all but JSON', () => {
    const fields = order.fields.filter(({ name }) => name !== 'extra').map(({ name }) => `${name} int`);
    expect(typesOf('countDistinct')).toEqual(fields);
    expect(measureType({ kind: 'count' })).toBe('int');
  });

  it('leave out a function that applies to no field', () => {
    const bare = entityOf(model({ entities: [entity('tag')] }), 'tag');
    expect(measures(bare).map((each) => each.function)).toEqual(['countDistinct']);
  });
});
