import { describe, expect, it } from 'vitest';
import { parseJson, publicRecord } from '../../src/index.ts';
import { entity, KEY, model } from '../support/document-fixture.ts';

const TYPES = ['string', 'int', 'bigint', 'float', 'decimal', 'boolean', 'uuid', 'timestamp', 'date', 'file'];
const things = model({
  entities: [
    entity('thing', [
      KEY('other_id'),
      ...TYPES.map((type) => ({ name: `a_${type}`, type })),
      { name: 'size', type: 'string', enum: ['s', 'm'] },
      { name: 'a_json', type: 'json' },
    ]),
  ],
}).entities.get('thing');
if (things === undefined) throw new Error('There is no such entity');
const thing = things;
const names = thing.fields.map(({ name }) => name);
const all = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
const valuesOf = (value: unknown) =>
  Object.fromEntries(Object.entries(publicRecord(thing, all(value), 1)).filter(([, each]) => each !== null));

describe('a public record', () => {
  it('has every field and the version', () => {
    const expected = Object.fromEntries(thing.fields.map(({ graphqlName }) => [graphqlName, null]));
    expect({ ...publicRecord(thing, {}, 3) }).toEqual({ ...expected, version: 3 });
    expect({ ...publicRecord(thing, all(undefined), null) }).toEqual({ ...expected, version: null });
    expect(publicRecord(thing, { unknown: 1 }, 3)).not.toHaveProperty('unknown');
  });

  it('has no value in a form that its type does not have, as values of another revision can be', () => {
    expect(valuesOf({ id: 'f' })).toEqual({
      aFile: { id: 'f', filename: null, size: null, mimeType: null, url: '/apps/shop/files/f' },
      aJson: { id: 'f' },
      version: 1,
    });
    expect(valuesOf([])).toEqual({ aJson: [], version: 1 });
    expect(valuesOf(true)).toEqual({ aBoolean: true, aJson: true, version: 1 });
    const texts = { id: 'm', otherId: 'm', aString: 'm', aBigint: 'm', aDecimal: 'm', aUuid: 'm' };
    expect(valuesOf('m')).toEqual({ ...texts, size: 'M', aJson: 'm', version: 1 });
  });

  it('has numbers as texts where a field became one of texts, with all digits', () => {
    const big = parseJson('123456789012345678901');
    const { aJson, aFloat, ...rest } = valuesOf(big);
    const text = '123456789012345678901';
    expect(rest).toEqual({
      ...{ id: text, otherId: text, aString: text, aBigint: text, aDecimal: text, aUuid: text },
      version: 1,
    });
    expect(aFloat).toBe(123456789012345680000);
    expect(JSON.stringify(aJson)).toBe(text);
    expect(valuesOf(1.5)).not.toHaveProperty('anInt');
  });
});
