/** Values of inputs on their way from the request to the table and back: faults with their place, digits kept. */
import { parseJson } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { entity, LOGGER } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('thing', [
      { name: 'name', type: 'string', required: true },
      { name: 'day', type: 'date' },
      { name: 'at', type: 'timestamp' },
      { name: 'token', type: 'uuid' },
      { name: 'large', type: 'bigint' },
      { name: 'exact', type: 'decimal' },
      { name: 'cents', type: 'decimal', precision: 2 },
      { name: 'real', type: 'float' },
      { name: 'whole', type: 'int' },
      { name: 'extra', type: 'json' },
      { name: 'phase', type: 'string', enum: ['in progress', 'done'] },
      { name: 'scan', type: 'file' },
      { name: 'part_id', type: 'bigint' },
    ]),
    entity('part', [], { keyType: 'bigint', generated: false }),
  ],
  relations: [
    {
      name: 'thing_parts',
      type: 'one_to_many',
      source: 'part',
      target: 'thing',
      target_key: 'part_id',
      check_reference: false,
    },
  ],
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app?.dispose());
afterEach(() => {
  vi.restoreAllMocks();
});

const CREATE = `mutation ($input: ThingCreateInput!) { createThing(input: $input) {
  thing { id large exact cents real extra partId } errors { code path rule } } }`;

/** Creates a thing; `input` is the JSON text of its fields. */
const create = (input: string) =>
  app.answer(CREATE, { variables: parseJson(`{"input": ${input}}`) as Record<string, unknown> });

const wrong = (...names: string[]) =>
  names.map((name) => ({ code: 'VALIDATION_FAILED', path: ['input', name], rule: 'type' }));

describe('wrong values of an input', () => {
  const FIELDS = ['day', 'at', 'token', 'large', 'exact', 'extra'] as const;
  const FORM = {
    day: '',
    at: '31.12.2026',
    token: '00000000-0000-4000-8000-000000000001}',
    large: '9223372036854775808',
    exact: '1e400',
    extra: { n: '\0' },
  };

  it('are data with their paths, all of them in one answer, and no errors in the log', async () => {
    const logged = vi.spyOn(LOGGER, 'error');
    const answer = await app.ask(CREATE, { variables: { input: FORM } });
    expect(answer).toMatchObject({
      data: {
        createThing: {
          thing: null,
          errors: [
            { code: 'VALIDATION_FAILED', path: ['input', 'name'], rule: 'required' },
            ...wrong(...FIELDS),
          ],
        },
      },
      errors: [],
    });
    expect(logged).not.toHaveBeenCalled();
  });

  it('are data where they are literals', async () => {
    const { data, errors } = await app.ask(`mutation { createThing(input: {name: "x", day: 20261231, at: "",
      token: {a: 1}, large: 1e400, exact: FOO, cents: 1e400, extra: {n: "\\u0000"}}) { errors { code path rule } } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      createThing: {
        errors: [
          ...wrong('day', 'at', 'token', 'large', 'exact'),
          { code: 'VALIDATION_FAILED', path: ['input', 'cents'], rule: 'precision' },
          ...wrong('extra'),
        ],
      },
    });
  });

  it.each([
    '1',
    '1.5',
    'true',
    '{"a": 1}',
    '["2026-01-01"]',
    '1e400',
    '12345678901234567890123',
    '"\\u0000"',
  ])('of the JSON %s are told for every scalar of ours', async (value) => {
    const logged = vi.spyOn(LOGGER, 'error');
    const result = (
      await create(`{"name": "x", "day": ${value}, "at": ${value}, "token": ${value}}`)
    ).result();
    expect(result.errors).toBeUndefined();
    expect(result.data).toMatchObject({ createThing: { errors: wrong('day', 'at', 'token') } });
    expect(logged).not.toHaveBeenCalled();
  });

  it.each([
    '{"name": null}',
    '{"name": 5}',
    '{"real": 1e400}',
    '{"whole": 12345678901234567890}',
    '{"whole": 1.00000000000000000001}',
    '{"name": 12345678901234567890}',
    '{"partId": 1.00000000000000000001}',
    '5',
    'null',
    '12345678901234567890',
  ])('of the scalars of GraphQL are the fault of the caller: %s', async (input) => {
    const logged = vi.spyOn(LOGGER, 'error');
    const { errors = [], data } = (await create(input)).result();
    if (input === '{"name": null}')
      expect(data).toMatchObject({
        createThing: { errors: [{ rule: 'required', path: ['input', 'name'] }] },
      });
    else expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
    expect(logged).not.toHaveBeenCalled();
  });

  it.each([
    ['{ things(where: {day: {eq: $v}}) { id } }', 'Date'],
    ['{ things(where: {at: {gt: $v}}) { id } }', 'DateTime'],
    ['{ things(where: {token: {in: [$v]}}) { id } }', 'UUID'],
    ['{ things(where: {large: {eq: $v}}) { id } }', 'BigInt'],
    ['{ things(where: {exact: {lt: $v}}) { id } }', 'Decimal'],
    ['{ thingsGroupBy(by: [{field: name}], having: {max: {day: {gt: $v}}}) { count } }', 'Date'],
    ['{ thingsGroupBy(by: [{field: name}], having: {sum: {large: {gt: $v}}}) { count } }', 'Decimal'],
  ])('of an operand never reach the database: %s', async (query, type) => {
    const logged = vi.spyOn(LOGGER, 'error');
    for (const v of ['', '31.12.2026', 'x}', { a: 1 }, true]) {
      const { errors } = await app.ask(`query ($v: ${type}!) ${query}`, { variables: { v } });
      expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
    }
    expect(logged).not.toHaveBeenCalled();
  });
});

describe('NUL in a text', () => {
  it.each([
    ['name', '"a\\u0000"'],
    ['phase', '"\\u0000"'],
    ['extra', '"\\u0000"'],
    ['extra', '{"\\u0000": 1}'],
    ['extra', '[[{"a": ["\\u0000"]}]]'],
    ['scan', '"\\u0000"'],
    ['partId', '"1\\u0000"'],
    ['token', '"\\u0000"'],
    ['exact', '"1\\u0000"'],
  ])('of %s is a fault of the field', async (name, text) => {
    const input = name === 'name' ? `{"name": ${text}}` : `{"name": "x", "${name}": ${text}}`;
    const { data, errors } = (await create(input)).result();
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ createThing: { errors: wrong(name) } });
  });
});

describe('numbers', () => {
  const stored = async (column: string) =>
    (
      await app.database.query({
        text: `SELECT ${column}::text FROM things ORDER BY ctid DESC LIMIT 1`,
        values: [],
      })
    )[0];

  it.each([
    ['large', '9007199254740994', '"9007199254740994"'],
    ['large', '9223372036854775807', '"9223372036854775807"'],
    ['large', '-9223372036854775808', '"-9223372036854775808"'],
    ['large', '9.007199254740993e15', '"9007199254740993"'],
    ['exact', '12345678901234567890.123456789012345678901', '"12345678901234567890.123456789012345678901"'],
    ['exact', '1e-7', '"0.0000001"'],
    ['exact', '1.5e21', '"1500000000000000000000"'],
    ['cents', '9007199254740993.25', '"9007199254740993.25"'],
    ['real', '3.14159265358979323846', '3.141592653589793'],
    ['partId', '9007199254740993', '"9007199254740993"'],
    ['extra', '12345678901234567890', '12345678901234567890'],
    ['extra', '{"a": [0.12345678901234567890, {"b": -98765432109876543210.5}]}', null],
    [
      'extra',
      '[1, 2.5, 1e400, "12345678901234567890"]',
      `[1, 2.5, 1${'0'.repeat(400)}, "12345678901234567890"]`,
    ],
  ])('keep every digit on the way in and in the payload: %s = %s', async (name, given, expected) => {
    const text = (await create(`{"name": "x", "${name}": ${given}}`)).json();
    const answer = JSON.stringify(parseJson(expected ?? given));
    expect(text).toContain('"errors":[]');
    expect(text).toContain(`"${name}":${answer}`);
  });

  it('of JSON literals keep every digit', async () => {
    const answer = await app.answer(`mutation { createThing(input: {name: "x",
      extra: {n: 12345678901234567890, l: [0.1234567890123456789, 1.5e3]}, large: 9223372036854775807,
      exact: 0.1234567890123456789}) { thing { extra large exact } errors { message } } }`);
    expect(answer.json()).toBe(
      '{"data":{"createThing":{"thing":{"extra":{"l":[0.1234567890123456789,1500],"n":12345678901234567890},' +
        '"large":"9223372036854775807","exact":"0.1234567890123456789"},"errors":[]}}}',
    );
    expect((await stored('extra'))?.[0]).toBe(
      '{"l": [0.1234567890123456789, 1500], "n": 12345678901234567890}',
    );
  });

  it('too long for any use are a fault of their field', async () => {
    const { data } = (await create('{"name": "x", "exact": 1e2000, "extra": {"n": [1e200000]}}')).result();
    expect(data).toMatchObject({ createThing: { errors: wrong('exact', 'extra') } });
  });

  it('keep their digits where the executor completes an answer, and in events', async () => {
    const created = JSON.parse((await create('{"name": "x", "extra": {"n": 12345678901234567890}}')).json());
    const { id } = created.data.createThing.thing;
    const read = await app.answer(`{ thing(id: "${id}") { extra } things(limit: -1) { id } }`);
    expect(read.json()).toContain('"extra":{"n":12345678901234567890}');
    const whole = await app.answer(`{ thing(id: "${id}") { extra } }`);
    expect(JSON.stringify(whole.result())).toBe(whole.json().replace('": 1', '":1'));
    const [event] = await app.database.query({
      text: `SELECT payload->'record'->>'extra' FROM _outbox WHERE payload->>'key' = $1`,
      values: [id],
    });
    expect(event).toEqual(['{"n": 12345678901234567890}']);
  });

  it('of Float fields are doubles, whatever the database computed', async () => {
    await create('{"name": "avg", "real": 0.1}');
    for (const whole of [1, 1, 2]) await create(`{"name": "avg", "whole": ${whole}}`);
    const { data, errors } = await app.ask(`{
      thingsAggregate(where: {name: {eq: "avg"}}) { avg { whole real } } things(limit: -1) { id } }`);
    expect(errors.map(({ path }) => path)).toEqual(['things']);
    expect(data).toMatchObject({ thingsAggregate: { avg: { whole: 4 / 3, real: 0.1 } } });
  });
});
