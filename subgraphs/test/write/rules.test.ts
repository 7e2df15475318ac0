import { createLogger } from '@rocket/platform';
import { describe, expect, it } from 'vitest';
import { createWritePipeline, type WriteInput, type WriteResult } from '../../src/write/pipeline.ts';
import { freshWrites, keyOf } from '../support/fresh-writes.ts';
import { ADMIN, callerWith, entity, parseApp, WEBHOOKS } from '../support/write-app.ts';

const served = freshWrites();
const { rows } = served;

const FIELDS = [
  { name: 'title', type: 'string', required: true },
  { name: 'amount', type: 'decimal', precision: 2 },
  { name: 'tax', type: 'decimal', precision: 2 },
  { name: 'total', type: 'decimal', precision: 2, required: true },
  { name: 'count', type: 'int' },
  { name: 'big', type: 'bigint' },
  { name: 'due', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'mail', type: 'string' },
  { name: 'data', type: 'json' },
  { name: 'kind', type: 'string', enum: ['a', 'b'] },
  { name: 'customer_id', type: 'uuid' },
  { name: 'updated_at', type: 'timestamp', auto: 'update' },
];

type Rule = Record<string, unknown>;
const field = (name: string, operator: string, value?: unknown, more: Rule = {}): Rule => ({
  type: 'field',
  definition: {
    field: name,
    operator,
    ...(value === undefined ? {} : { value }),
    message: `${name} ${operator}`,
    ...more,
  },
});
const expression = (text: string, more: Rule = {}, rule: Rule = {}): Rule => ({
  type: 'expression',
  definition: { expression: text, message: text, ...more },
  ...rule,
});
const computed = (name: string, text: string, more: Rule = {}): Rule => ({
  type: 'computed',
  definition: { field: name, expression: text, ...more },
});

const serve = (rules: readonly Rule[]) => served.serve(documentOf(rules));

function documentOf(rules: readonly Rule[]): object {
  const relaxed = FIELDS.map((each) =>
    rules.some((rule) => rule['type'] === 'computed')
      ? each
      : { ...each, required: each['name'] === 'title' },
  );
  return {
    version: 1,
    entities: [
      entity('invoice', relaxed),
      entity(
        'customer',
        [
          { name: 'name', type: 'string' },
          { name: 'limit', type: 'int' },
        ],
        { soft_delete: true },
      ),
    ],
    relations: [
      {
        name: 'invoices',
        type: 'one_to_many',
        source: 'customer',
        target: 'invoice',
        source_key: 'id',
        target_key: 'customer_id',
        ownership: 'source',
        on_delete: 'cascade',
      },
    ],
    rules: rules.map((rule) => ({ entity: 'invoice', ...rule })),
  };
}

const create = (input: WriteInput, name = 'invoice', caller = ADMIN) =>
  served.writes.create(caller, name, input);
const update = (id: string, patch: WriteInput) => served.writes.update(ADMIN, 'invoice', { id, patch });

function faults(result: WriteResult): [string, string | null, string][] {
  return result.ok ? [] : result.errors.map(({ path, rule, message }) => [path.join('.'), rule, message]);
}

async function stored(id: string, columns: string): Promise<readonly unknown[] | undefined> {
  const [row] = await served.app.database.query({
    text: `SELECT ${columns} FROM invoices WHERE id = $1::uuid`,
    values: [id],
  });
  return row;
}

describe('field rules', () => {
  it.each<[string, string, unknown, WriteInput, WriteInput]>([
    ['amount', 'min', 0, { amount: '-0.01' }, { amount: '0' }],
    ['amount', 'max', '9.99', { amount: '10' }, { amount: '9.99' }],
    ['count', 'gt', 0.5, { count: 0 }, { count: 1 }],
    ['count', 'gte', 1, { count: 0 }, { count: 1 }],
    ['big', 'lt', '9007199254740993', { big: '9007199254740993' }, { big: '9007199254740992' }],
    ['count', 'lte', 1, { count: 2 }, { count: 1 }],
    ['due', 'min', '2024-03-01', { due: '2024-02-29' }, { due: '2024-03-01' }],
    ['at', 'lt', '2024-03-01T00:00:00+01:00', { at: '2024-02-29T23:00:00Z' }, { at: '2024-02-29T22:59:59Z' }],
    ['title', 'min_length', 2, { title: '🚀' }, { title: '🚀🚀' }],
    ['title', 'max_length', 2, { title: '🚀🚀🚀' }, { title: '🚀🚀' }],
    ['title', 'pattern', '\\d{2}', { title: 'a1b2' }, { title: 'a12b' }],
    ['count', 'in', [1, 2], { count: 3 }, { count: 2 }],
    ['amount', 'in', [1], { amount: '1.01' }, { amount: '1.00' }],
    ['kind', 'not_in', ['a'], { kind: 'a' }, { kind: 'b' }],
    ['mail', 'email', undefined, { mail: 'a@' }, { mail: 'a.b@c.test' }],
    ['mail', 'url', undefined, { mail: 'ftp://a.test' }, { mail: 'https://a.test/x' }],
    ['data', 'not_empty', undefined, { data: [] }, { data: [0] }],
    ['mail', 'not_empty', undefined, {}, { mail: 'x' }],
  ])('%s %s %j', async (name, operator, value, bad, good) => {
    await serve([field(name, operator, value)]);
    expect(faults(await create({ title: 'aa', ...bad }))).toEqual([
      [`input.${name}`, operator, `${name} ${operator}`],
    ]);
    expect(faults(await create({ title: 'aa', ...good }))).toEqual([]);
    // Nothing is no value to check.
    if (operator !== 'not_empty' && name !== 'title')
      expect(faults(await create({ title: 'a' }))).toEqual([]);
  });

  it('of an update look at what it gives alone', async () => {
    await serve([field('count', 'min', 5)]);
    const [row] = await served.app.database.query({
      text: "INSERT INTO invoices (title, count) VALUES ('a', 1) RETURNING id",
      values: [],
    });
    expect(faults(await update(String(row?.[0]), { title: 'b' }))).toEqual([]);
    expect(faults(await update(String(row?.[0]), { count: 2 }))).toEqual([
      ['patch.count', 'min', 'count min'],
    ]);
  });
});

describe('expression rules', () => {
  it('see the merged record, what was stored, who writes, and when', async () => {
    await serve([
      expression("record.amount > 100 and record.kind == 'a'"),
      expression("action == 'update' && old.count != null && record.count < old.count"),
      expression("!user.roles.includes('admin') && record.amount > 5"),
      expression('record.due != null && date(record.due) < now'),
      expression('record.data.secret == true'),
      expression('record.updated_at == null'),
    ]);
    const id = keyOf(
      await create({ title: 'a', amount: '200', kind: 'b', count: 5, data: { secret: 'yes' } }),
    );
    expect(faults(await update(id, { kind: 'a', count: 4 }))).toEqual([
      ['patch', 'expression', "record.amount > 100 and record.kind == 'a'"],
      ['patch.count', 'expression', "action == 'update' && old.count != null && record.count < old.count"],
    ]);
    expect(faults(await create({ title: 'a', due: '2001-01-01' }))).toEqual([
      ['input.due', 'expression', 'record.due != null && date(record.due) < now'],
    ]);
    expect(await stored(id, 'kind, count')).toEqual(['b', 5]);
  });

  it('come with all errors of field rules, before them, and stop where one says so', async () => {
    const rules = [
      expression('record.count > 1', { message: 'e' }, { priority: -5 }),
      field('title', 'min_length', 3, {}),
      field('count', 'max', 1),
    ];
    await serve(rules);
    const input = { title: 'a', count: 2 };
    expect(faults(await create(input)).map(([, rule]) => rule)).toEqual(['min_length', 'max', 'expression']);
    await serve([rules[0] ?? {}, field('title', 'min_length', 3, { stop_on_fail: true }), rules[2] ?? {}]);
    expect(faults(await create(input)).map(([, rule]) => rule)).toEqual(['min_length']);
    await serve([{ ...field('count', 'max', 1), active: false }]);
    expect(faults(await create(input))).toEqual([]);
  });

  it('that cannot be evaluated refuse the write, and name themselves', async () => {
    await serve([expression('record.amount / record.count > 2', { message: 'Too dear' })]);
    expect(faults(await create({ title: 'a', amount: '1', count: 0 }))).toEqual([
      ['input', 'expression', expect.stringMatching(/^The rule "Too dear" cannot be evaluated: .*zero/)],
    ]);
    expect(faults(await create({ title: 'a' }))[0]?.[2]).toMatch(/cannot be evaluated/);
  });

  it('read records of relations, without deleted ones', async () => {
    await serve([
      expression('related.invoices.limit != null && record.count > related.invoices.limit', {
        related_load: [{ relation: 'invoices' }],
        message: 'Beyond the limit',
      }),
    ]);
    const customer = keyOf(await create({ name: 'c', limit: 2 }, 'customer'));
    expect(faults(await create({ title: 'a', count: 3, customer_id: customer }))).toEqual([
      ['input.count', 'expression', 'Beyond the limit'],
    ]);
    keyOf(await create({ title: 'a', count: 3 }));
    keyOf(await create({ title: 'a', count: 2, customer_id: customer }));
  });

  it('count records of a list, those of a filter alone', async () => {
    await serve([
      {
        ...expression('len(related.invoices) > 1', {
          related_load: [{ relation: 'invoices', filter: { kind: 'a' } }],
          message: 'Two open invoices',
        }),
        entity: 'customer',
      },
    ]);
    const customer = keyOf(await create({ name: 'c' }, 'customer'));
    const rename = (name: string) =>
      served.writes.update(ADMIN, 'customer', { id: customer, patch: { name } });
    for (const kind of ['a', 'b', 'b']) keyOf(await create({ title: 'x', kind, customer_id: customer }));
    keyOf(await rename('d'));
    keyOf(await create({ title: 'x', kind: 'a', customer_id: customer }));
    expect(faults(await rename('e'))).toEqual([['patch', 'expression', 'Two open invoices']]);
  });
});

it('a rule that cannot be evaluated is logged', async () => {
  const rules = [expression('1 / record.count > 2', { message: 'Too dear' })];
  await serve(rules);
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ level: 'warn', name: 'test', destination });
  const { model } = parseApp(documentOf(rules));
  const logged = createWritePipeline({
    database: served.app.database,
    outbox: served.app.outbox,
    model,
    logger,
    webhooks: WEBHOOKS,
  });
  await logged.create(ADMIN, 'invoice', { title: 'a', count: 0 });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, rule: 'Too dear', msg: 'a rule cannot be evaluated' },
  ]);
});

describe('computed fields', () => {
  it('are made from the merged record, in the order in which they need each other', async () => {
    await serve([
      computed('total', 'record.amount + record.tax'),
      computed('tax', 'record.amount * 0.19'),
      computed('title', 'trim(record.title)'),
    ]);
    const id = keyOf(await create({ title: ' a ', amount: '10.55', total: '5' }));
    // 10.55 * 0.19 is 2.0045
    expect(await stored(id, 'title, tax, total')).toEqual(['a', '2.00', '12.55']);
    keyOf(await update(id, { amount: '20' }));
    expect(await stored(id, 'tax, total')).toEqual(['3.80', '23.80']);
    keyOf(await update(id, { count: 1 }));
    expect(await stored(id, 'tax, total, _version')).toEqual(['3.80', '23.80', 3]);
  });

  it.each<[string, string, WriteInput]>([
    ['count', 'record.amount', { amount: '1.5' }],
    ['count', 'record.data', { data: '5' }],
    ['kind', "'c'", {}],
    ['due', "'soon'", {}],
    ['total', 'null', {}],
    ['mail', 'record.data', { data: 1 }],
    ['amount', 'record.count + 1', {}],
  ])('a result that %s cannot hold is an error: %s', async (name, text, input) => {
    await serve([computed(name, text), ...(name === 'total' ? [] : [computed('total', '0')])]);
    const result = await create({ title: 'a', ...input });
    expect(faults(result).map(([path, rule]) => [path, rule])).toEqual([[`input.${name}`, 'computed']]);
  });

  it('hold exact numbers, dates of instants, lists and objects', async () => {
    await serve([
      computed('total', '0'),
      computed('big', 'record.big + 1'),
      computed('due', 'now'),
      computed('at', "date('2024-03-01')"),
      computed('data', '[record.big, 1.50]'),
    ]);
    const id = keyOf(await create({ title: 'a', big: '9223372036854775806' }));
    expect(await stored(id, "big, at, due = (now() AT TIME ZONE 'UTC')::date, data::text")).toEqual([
      '9223372036854775807',
      '2024-03-01T00:00:00.000Z',
      true,
      expect.stringContaining('1.5'),
    ]);
  });

  it('are not made when a rule refuses', async () => {
    await serve([computed('total', '1 / 0'), field('count', 'max', 1)]);
    expect(faults(await create({ title: 'a', count: 2 })).map(([, rule]) => rule)).toEqual(['max']);
  });
});

describe('rules of deletes', () => {
  it('see the stored record, and those that go with it', async () => {
    await serve([
      {
        ...expression("action == 'delete' && record.count > 0 && old.count == record.count", {
          message: 'Not empty',
        }),
        hook: 'before_delete',
      },
      {
        ...expression('len(related.invoices) > 2', {
          related_load: [{ relation: 'invoices' }],
          message: 'Too many',
        }),
        hook: 'before_delete',
        entity: 'customer',
      },
    ]);
    const customer = keyOf(await create({ name: 'c' }, 'customer'));
    const remove = () => served.writes.delete(ADMIN, 'customer', { id: customer });
    const kept = keyOf(await create({ title: 'x', count: 1, customer_id: customer }));
    expect(faults(await served.writes.delete(ADMIN, 'invoice', { id: kept }))).toEqual([
      ['id', 'expression', 'Not empty'],
    ]);
    expect(faults(await remove())).toEqual([['id', 'expression', 'Not empty']]);
    keyOf(await update(kept, { count: 0 }));
    for (const title of ['b', 'c']) keyOf(await create({ title, customer_id: customer }));
    expect(faults(await remove())).toEqual([['id', 'expression', 'Too many']]);
    keyOf(await served.writes.delete(ADMIN, 'invoice', { id: kept }));
    keyOf(await remove());
    expect(await rows('SELECT id FROM invoices')).toEqual([]);
  });
});

it('callers without a role are held to the same rules', async () => {
  await serve([expression('user.id == null || user.email == null', { message: 'Who is it' })]);
  await expect(create({ title: 'a' }, 'invoice', callerWith([]))).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(faults(await create({ title: 'a' }))).toEqual([]);
});

it('a numeric key of another record is a number, whether it is given or stored', async () => {
  await served.serve({
    version: 1,
    entities: [
      entity('room', [{ name: 'name', type: 'string' }], { keyType: 'int' }),
      entity('bed', [
        { name: 'room_id', type: 'int' },
        { name: 'place', type: 'int' },
      ]),
    ],
    relations: [
      { name: 'room_beds', type: 'one_to_many', source: 'room', target: 'bed', target_key: 'room_id' },
    ],
    rules: [
      { entity: 'bed', ...expression('record.room_id == 2') },
      { entity: 'bed', ...expression("action == 'update' && record.room_id != old.room_id") },
      { entity: 'bed', ...computed('place', 'record.room_id * 10') },
    ],
  });
  for (const name of ['a', 'b']) keyOf(await create({ name }, 'room'));
  expect(faults(await create({ room_id: '2' }, 'bed'))).toEqual([
    ['input.roomId', 'expression', 'record.room_id == 2'],
  ]);
  const id = keyOf(await create({ room_id: '1' }, 'bed'));
  keyOf(await served.writes.update(ADMIN, 'bed', { id, patch: { room_id: '1' } }));
  expect(await rows('SELECT room_id, place FROM beds')).toEqual([[1, 10]]);
});
