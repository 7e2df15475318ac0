import { parseJson, type UserError } from '@rocket/schema';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WriteInput, WriteResult } from '../../src/write/pipeline.ts';
import { freshWrites, keyOf } from '../support/fresh-writes.ts';
import { ADMIN, callerWith, entity } from '../support/write-app.ts';

const served = freshWrites();
const { serve, rows } = served;

const create = (name: string, input: WriteInput) => served.writes.create(ADMIN, name, input);
const update = (name: string, id: string, patch: WriteInput, expectedVersion?: number) =>
  served.writes.update(ADMIN, name, {
    id,
    patch,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  });

/** `[path, rule or code]` of each error. */
function faults(result: WriteResult): [string, string][] {
  const errors: readonly UserError[] = result.ok ? [] : result.errors;
  return errors.map(({ path, rule, code }) => [path.join('.'), rule ?? code]);
}

const UNKNOWN_ID = '00000000-0000-4000-8000-00000000dead';

const ALL_TYPES = {
  version: 1,
  entities: [
    entity('thing', [
      { name: 'a_string', type: 'string', required: true },
      { name: 'an_int', type: 'int' },
      { name: 'a_bigint', type: 'bigint' },
      { name: 'a_float', type: 'float' },
      { name: 'a_decimal', type: 'decimal', precision: 2 },
      { name: 'a_numeric', type: 'decimal' },
      { name: 'a_boolean', type: 'boolean' },
      { name: 'a_uuid', type: 'uuid' },
      { name: 'a_timestamp', type: 'timestamp' },
      { name: 'a_date', type: 'date' },
      { name: 'a_json', type: 'json' },
      { name: 'a_file', type: 'file' },
      { name: 'size', type: 'string', enum: ['s', 'm'], default: 's' },
      { name: 'code', type: 'string', unique: true },
      { name: 'created_at', type: 'timestamp', auto: 'create' },
      { name: 'updated_at', type: 'timestamp', auto: 'update' },
    ]),
  ],
};

describe('values', () => {
  beforeEach(() => serve(ALL_TYPES));

  it('are stored and read back exactly, with defaults and automatic times', async () => {
    const [file] = await rows(
      `INSERT INTO _files (filename, mime_type, size) VALUES ('a.png', 'image/png', 12) RETURNING id`,
    );
    const input = {
      a_string: ` it's "\\" 🚀 `,
      an_int: -2147483648,
      a_bigint: '9223372036854775807',
      a_float: 0.1,
      a_decimal: '1234567890123456.78',
      a_numeric: '0.00000000000000000001',
      a_boolean: false,
      a_uuid: 'ABCDEF00-0000-4000-8000-000000000001',
      a_timestamp: '2026-01-31T12:00:00+02:00',
      a_date: '2024-02-29',
      a_json: ['a', { b: null }, 1.5],
      a_file: file?.[0],
    };
    const key = keyOf(await create('thing', input));
    const [row] = await rows(
      `SELECT a_string, an_int, a_bigint, a_float, a_decimal, a_numeric, a_boolean, a_uuid, a_timestamp, a_date, a_json,
              a_file, size, _version, created_at = updated_at FROM things WHERE id = $1::uuid`,
      [key],
    );
    expect(row).toEqual([
      ` it's "\\" 🚀 `,
      -2147483648,
      '9223372036854775807',
      0.1,
      '1234567890123456.78',
      '0.00000000000000000001',
      false,
      'abcdef00-0000-4000-8000-000000000001',
      '2026-01-31T10:00:00.000Z',
      '2024-02-29',
      ['a', { b: null }, 1.5],
      { id: file?.[0], filename: 'a.png', mime_type: 'image/png', size: 12 },
      's',
      1,
      true,
    ]);
  });

  it.each([
    ['a_string', 5],
    ['a_string', 'nul\0'],
    ['a_string', 'half \ud83d'],
    ['an_int', 2147483648],
    ['an_int', 1.5],
    ['an_int', '5'],
    ['a_bigint', '9223372036854775808'],
    ['a_bigint', 2 ** 63],
    ['a_float', Number.NaN],
    ['a_float', '1'],
    ['a_decimal', 'abc'],
    ['a_decimal', '1e3'],
    ['a_numeric', '.'],
    ['a_boolean', 1],
    ['a_uuid', 'abcdef00'],
    ['a_timestamp', '2026-02-30T00:00:00Z'],
    ['a_timestamp', '2026-02-01T00:00:00'],
    ['a_timestamp', '2026-02-01T25:00:00Z'],
    ['a_timestamp', '0001-01-01T00:00:00+01:00'],
    ['a_date', '2026-02-29'],
    ['a_date', '2026-2-1'],
    ['a_json', { deep: ['\0'] }],
    ['a_json', { '\0': 1 }],
    ['a_file', 'no-id'],
  ])('refuse %s = %j as of a wrong type', async (name, value) => {
    const result = await create('thing', { a_string: 'x', [name]: value });
    expect(faults(result)).toEqual([
      [`input.${name.replace(/_(.)/g, (_, c: string) => c.toUpperCase())}`, 'type'],
    ]);
    expect(await rows('SELECT 1 FROM things')).toEqual([]);
  });

  it.each([
    ['1.005', 'input.aDecimal'],
    ['12345678901234567.00', 'input.aDecimal'],
  ])('refuse the decimal %s instead of rounding it', async (value, path) => {
    expect(faults(await create('thing', { a_string: 'x', a_decimal: value }))).toEqual([[path, 'precision']]);
  });

  it('take decimals that fit, with any zeros around them', async () => {
    const key = keyOf(await create('thing', { a_string: 'x', a_decimal: '-0012.3400' }));
    expect(await rows('SELECT a_decimal FROM things WHERE id = $1::uuid', [key])).toEqual([['-12.34']]);
  });

  it('collect every error of an input, in the order of the fields', async () => {
    const result = await create('thing', {
      a_string: '',
      an_int: 'x',
      a_boolean: null,
      size: 'xl',
      a_date: 'never',
    });
    expect(faults(result)).toEqual([
      ['input.aString', 'required'],
      ['input.anInt', 'type'],
      ['input.aDate', 'type'],
      ['input.size', 'enum'],
    ]);
  });

  it('refuse unknown and automatic fields by name', async () => {
    const result = await create('thing', {
      a_string: 'x',
      nope: 1,
      constructor: 1,
      id: UNKNOWN_ID,
      created_at: '2026-01-01T00:00:00Z',
    });
    expect(faults(result)).toEqual([
      ['input.nope', 'unknown'],
      ['input.constructor', 'unknown'],
      ['input.id', 'read_only'],
      ['input.createdAt', 'read_only'],
    ]);
  });

  it('name the field of an unknown file', async () => {
    expect(faults(await create('thing', { a_string: 'x', a_file: UNKNOWN_ID }))).toEqual([
      ['input.aFile', 'NOT_FOUND'],
    ]);
  });

  it('refuse a text that is too long for its index', async () => {
    const long = Array.from({ length: 700 }, (_, index) => `${index}é`).join('');
    expect(faults(await create('thing', { a_string: 'x', code: long }))).toEqual([
      ['input.code', 'max_length'],
    ]);
    expect(faults(await create('thing', { a_string: long }))).toEqual([]);
  });
});

describe('updates', () => {
  beforeEach(() => serve(ALL_TYPES));

  it('change only what the patch has, count versions and set automatic times', async () => {
    const key = keyOf(await create('thing', { a_string: 'x', an_int: 5, size: 'm' }));
    keyOf(await update('thing', key, { a_string: 'y' }));
    keyOf(await update('thing', key, { an_int: null }));
    const found = await rows('SELECT a_string, an_int, size, _version, updated_at >= created_at FROM things');
    expect(found).toEqual([['y', null, 'm', 3, true]]);
  });

  it('that change nothing leave the version, the automatic times and the outbox alone', async () => {
    const [file] = await rows(
      `INSERT INTO _files (filename, mime_type, size) VALUES ('a.png', 'image/png', 12) RETURNING id`,
    );
    const input = {
      a_string: 'x',
      an_int: 5,
      a_bigint: '9223372036854775807',
      a_float: 0.1,
      a_decimal: '1.50',
      a_numeric: '1.5',
      a_boolean: false,
      a_uuid: 'abcdef00-0000-4000-8000-000000000001',
      a_timestamp: '2026-01-31T12:00:00Z',
      a_date: '2024-02-29',
      a_json: { a: 1, b: [2.5, parseJson('12345678901234567890')] },
      a_file: file?.[0],
      code: null,
    };
    const key = keyOf(await create('thing', input));
    const state = () =>
      rows('SELECT _version, updated_at, xmin::text, (SELECT count(*)::int FROM _outbox) FROM things');
    const before = await state();
    const same = {
      ...input,
      a_bigint: parseJson('9223372036854775807'),
      a_decimal: '1.5',
      a_numeric: '1.500',
      a_uuid: 'ABCDEF00-0000-4000-8000-000000000001',
      a_timestamp: '2026-01-31T14:00:00.000+02:00',
      a_json: { b: [2.5, parseJson('12345678901234567890')], a: 1 },
    };
    for (const patch of [{}, same, { a_string: 'x' }, { code: null }]) {
      expect(keyOf(await update('thing', key, patch, 1))).toBe(key);
      expect(await state()).toEqual(before);
    }
    expect(faults(await update('thing', key, {}, 2))).toEqual([['expectedVersion', 'VERSION_CONFLICT']]);
    for (const patch of [
      { a_string: 'X' },
      { a_json: { a: 1, b: [2.5, parseJson('12345678901234567891')] } },
      { a_timestamp: '2026-01-31T12:00:00.001Z' },
      { code: '' },
      { ...same, an_int: null },
    ]) {
      keyOf(await update('thing', key, patch));
    }
    expect((await state())[0]?.slice(0, 1)).toEqual([6]);
  });

  it('do not empty a required field or change the key', async () => {
    const key = keyOf(await create('thing', { a_string: 'x' }));
    expect(faults(await update('thing', key, { a_string: null }))).toEqual([['patch.aString', 'required']]);
    expect(faults(await update('thing', key, { a_string: '' }))).toEqual([['patch.aString', 'required']]);
    expect(faults(await update('thing', key, { id: UNKNOWN_ID }))).toEqual([['patch.id', 'read_only']]);
    expect(await rows('SELECT a_string, _version FROM things')).toEqual([['x', 1]]);
  });

  it('are refused when the record has another version', async () => {
    const key = keyOf(await create('thing', { a_string: 'x' }));
    keyOf(await update('thing', key, { a_string: 'y' }, 1));
    expect(faults(await update('thing', key, { a_string: 'z' }, 1))).toEqual([
      ['expectedVersion', 'VERSION_CONFLICT'],
    ]);
    const stale = await served.writes.delete(ADMIN, 'thing', { id: key, expectedVersion: 1 });
    expect(faults(stale)).toEqual([['expectedVersion', 'VERSION_CONFLICT']]);
    expect(await rows('SELECT a_string FROM things')).toEqual([['y']]);
  });

  it.each([UNKNOWN_ID, 'nonsense', ''])('do not find a record by the id %j', async (id) => {
    expect(faults(await update('thing', id, {}))).toEqual([['id', 'NOT_FOUND']]);
    expect(faults(await served.writes.delete(ADMIN, 'thing', { id }))).toEqual([['id', 'NOT_FOUND']]);
  });

  it('of one version by many writers succeed once', async () => {
    const key = keyOf(await create('thing', { a_string: 'x' }));
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => update('thing', key, { an_int: index }, 1)),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await rows('SELECT _version FROM things')).toEqual([[2]]);
  });
});

describe('unique values', () => {
  beforeEach(() => serve(ALL_TYPES));

  it('are refused a second time with the path of the field, on create and update', async () => {
    keyOf(await create('thing', { a_string: 'x', code: 'one' }));
    const key = keyOf(await create('thing', { a_string: 'x', code: 'two' }));
    const again = await create('thing', { a_string: 'x', code: 'one' });
    expect(again).toEqual({
      ok: false,
      errors: [
        {
          code: 'UNIQUE_VIOLATION',
          message: 'code is already taken',
          path: ['input', 'code'],
          rule: 'unique',
        },
      ],
    });
    expect(faults(await update('thing', key, { code: 'one' }))).toEqual([['patch.code', 'unique']]);
  });

  it('go to one of many concurrent writers', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, () => create('thing', { a_string: 'x', code: 'same' })),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(faults(result)).toEqual([['input.code', 'unique']]);
    expect(await rows('SELECT count(*)::int FROM things')).toEqual([[1]]);
    expect(await rows('SELECT count(*)::int FROM _outbox')).toEqual([[1]]);
  });
});

describe('keys that callers give', () => {
  it('are required, and unique', async () => {
    await serve({
      version: 1,
      entities: [
        entity('country', [{ name: 'name', type: 'string' }], {
          keyType: 'string',
          generated: false,
          table: 'nations',
        }),
      ],
    });
    expect(keyOf(await create('country', { id: 'de', name: 'Germany' }))).toBe('de');
    expect(faults(await create('country', { id: 'de' }))).toEqual([['input.id', 'unique']]);
    expect(faults(await create('country', { name: 'nowhere' }))).toEqual([['input.id', 'required']]);
  });
});

describe('a crash in the middle', () => {
  it('leaves nothing of a write whose connection is lost', async () => {
    await serve({
      version: 1,
      entities: [entity('thing', [{ name: 'name', type: 'string' }])],
    });
    // The event is the last statement of a write; its backend ends itself there, when the record is inserted already.
    await rows(`CREATE FUNCTION end_backend() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`);
    await rows('CREATE TRIGGER crash BEFORE INSERT ON _outbox FOR EACH ROW EXECUTE FUNCTION end_backend()');
    await expect(create('thing', { name: 'lost' })).rejects.toMatchObject({ code: 'SHARD_UNAVAILABLE' });
    expect(await rows('SELECT 1 FROM things')).toEqual([]);
    await rows('DROP TRIGGER crash ON _outbox');
    keyOf(await create('thing', { name: 'kept' }));
    expect(await rows('SELECT name FROM things')).toEqual([['kept']]);
    expect(await rows('SELECT count(*)::int FROM _outbox')).toEqual([[1]]);
  });
});

describe('permissions', () => {
  const sales = callerWith(['Sales'], 'u-1');
  const viewer = callerWith(['viewer']);
  const blind = callerWith(['blind']);

  beforeEach(() =>
    serve({
      version: 1,
      entities: [
        entity('deal', [
          { name: 'owner_id', type: 'string' },
          { name: 'stage', type: 'string', default: 'open' },
          { name: 'secret', type: 'boolean', default: false },
          { name: 'number', type: 'string', unique: true },
        ]),
      ],
      permissions: [
        {
          entity: 'deal',
          action: 'read',
          roles: ['sales', 'viewer'],
          conditions: [{ field: 'secret', operator: 'eq', value: false }],
        },
        ...['create', 'update', 'delete'].map((action) => ({
          entity: 'deal',
          action,
          roles: ['sales'],
          conditions: [
            { field: 'owner_id', operator: 'eq', value: { user: 'id' } },
            { field: 'stage', operator: 'neq', value: 'closed' },
          ],
        })),
        {
          entity: 'deal',
          action: 'update',
          roles: ['blind'],
          conditions: [{ field: 'stage', operator: 'eq', value: 'open' }],
        },
      ],
    }),
  );

  const deal = async (input: WriteInput) => keyOf(await create('deal', input));

  it('forbid what no policy allows', async () => {
    const id = await deal({ owner_id: 'u-1' });
    await expect(served.writes.create(viewer, 'deal', {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(served.writes.update(viewer, 'deal', { id, patch: {} })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(served.writes.delete(viewer, 'deal', { id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('judge a create by the record it would leave, defaults included', async () => {
    keyOf(await served.writes.create(sales, 'deal', { owner_id: 'u-1' }));
    for (const input of [{ owner_id: 'u-2' }, {}, { owner_id: 'u-1', stage: 'closed' }]) {
      await expect(served.writes.create(sales, 'deal', input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await rows('SELECT count(*)::int FROM deals')).toEqual([[1]]);
    expect(await rows('SELECT count(*)::int FROM _outbox')).toEqual([[1]]);
  });

  it('judge an update by the record before and after', async () => {
    const own = await deal({ owner_id: 'u-1' });
    const other = await deal({ owner_id: 'u-2' });
    keyOf(await served.writes.update(sales, 'deal', { id: own, patch: { stage: 'won' } }));
    for (const patch of [{ stage: 'closed' }, { owner_id: 'u-2' }, { owner_id: null }]) {
      await expect(served.writes.update(sales, 'deal', { id: own, patch })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    const steal = served.writes.update(sales, 'deal', { id: other, patch: { owner_id: 'u-1' } });
    await expect(steal).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(served.writes.delete(sales, 'deal', { id: other })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await rows('SELECT owner_id, stage FROM deals ORDER BY 1')).toEqual([
      ['u-1', 'won'],
      ['u-2', 'open'],
    ]);
  });

  it('forbid before they tell that a value is taken', async () => {
    await deal({ owner_id: 'u-1', secret: true, number: 'n-1' });
    const own = await deal({ owner_id: 'u-1' });
    for (const input of [{ owner_id: 'u-2', number: 'n-1' }, { number: 'n-1' }]) {
      await expect(served.writes.create(sales, 'deal', input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    for (const patch of [
      { owner_id: 'u-2', number: 'n-1' },
      { stage: 'closed', number: 'n-1' },
    ]) {
      await expect(served.writes.update(sales, 'deal', { id: own, patch })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    const taken = { owner_id: 'u-1', number: 'n-1' };
    expect(faults(await served.writes.create(sales, 'deal', taken))).toEqual([['input.number', 'unique']]);
    expect(faults(await served.writes.update(sales, 'deal', { id: own, patch: { number: 'n-1' } }))).toEqual([
      ['patch.number', 'unique'],
    ]);
  });

  it('judge an update that changes nothing too', async () => {
    const id = await deal({ owner_id: 'u-1', stage: 'closed' });
    const nothing = served.writes.update(sales, 'deal', { id, patch: { stage: 'closed' } });
    await expect(nothing).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('hide a record that the caller may not read, even if they may otherwise write it', async () => {
    const id = await deal({ owner_id: 'u-1', secret: true });
    expect(faults(await served.writes.update(sales, 'deal', { id, patch: {} }))).toEqual([
      ['id', 'NOT_FOUND'],
    ]);
    expect(faults(await served.writes.delete(sales, 'deal', { id }))).toEqual([['id', 'NOT_FOUND']]);
  });

  it('let a caller without any read policy write what they may, and nothing else', async () => {
    const open = await deal({ stage: 'open' });
    const won = await deal({ stage: 'won' });
    keyOf(await served.writes.update(blind, 'deal', { id: open, patch: { owner_id: 'u-9' } }));
    expect(faults(await served.writes.update(blind, 'deal', { id: won, patch: {} }))).toEqual([
      ['id', 'NOT_FOUND'],
    ]);
  });
});
