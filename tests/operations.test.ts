/** Operations of unusual forms, over two apps: each is asked three times, and answered exactly, or refused exactly. */
import { rawNumber } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './harness/world.ts';

const BIG = '9007199254740993';
/** What a double makes of it. */
const NEIGHBOUR = '9007199254740992';

const account = {
  version: 1,
  entities: [
    {
      name: 'account',
      table: 'accounts',
      primary_key: { field: 'id', type: 'bigint', generated: false },
      fields: [
        { name: 'id', type: 'bigint' },
        { name: 'name', type: 'string' },
        { name: 'email', type: 'string' },
        { name: 'limit_cents', type: 'bigint' },
        { name: 'rate', type: 'decimal' },
        { name: 'settings', type: 'json' },
      ],
    },
  ],
  permissions: [{ entity: 'account', action: 'read', roles: ['public'] }],
  exports: ['account'],
  sample_data: {
    account: [
      { id: BIG, name: 'exact', email: 'e@x.org', limit_cents: BIG, rate: `0.${BIG}`, settings: {} },
      { id: NEIGHBOUR, name: 'neighbour', email: 'n@x.org', limit_cents: NEIGHBOUR, rate: '1', settings: {} },
    ],
  },
};
const booking = {
  version: 1,
  entities: [
    {
      name: 'booking',
      table: 'bookings',
      primary_key: { field: 'id', type: 'bigint', generated: false },
      fields: [
        { name: 'id', type: 'bigint' },
        { name: 'number', type: 'string' },
        { name: 'account_id', type: 'bigint' },
      ],
    },
  ],
  relations: [
    {
      name: 'account_bookings',
      type: 'one_to_many',
      source: 'bank.account',
      target: 'booking',
      target_key: 'account_id',
    },
  ],
  permissions: [{ entity: 'booking', action: 'read', roles: ['public'] }],
  sample_data: {
    booking: [
      { id: '1', number: 'B-1', account_id: BIG },
      { id: '2', number: 'B-2', account_id: '77' },
    ],
  },
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const [name, document] of Object.entries({ bank: account, books: booking })) {
    expect((await world.importApp(name, document)).errors).toEqual([]);
  }
});
afterAll(() => world.dispose());

const ask = (query: string, variables: Record<string, unknown> = {}, operationName?: string) =>
  world.askApp('bank', query, { variables, ...(operationName === undefined ? {} : { operationName }) });
const codes = (answer: Awaited<ReturnType<typeof ask>>) =>
  answer.errors.map(({ extensions }) => extensions['code']);

describe('a number beyond what a double holds', () => {
  it.each([
    ['a literal', `{ account(id: ${BIG}) { name } }`, {}],
    ['a literal across apps', `{ account(id: ${BIG}) { name bookings { number } } }`, {}],
    ['a text', `{ account(id: "${BIG}") { name } }`, {}],
    ['a default', `query ($id: ID! = ${BIG}) { account(id: $id) { name } }`, {}],
    ['a variable', 'query ($id: ID!) { account(id: $id) { name } }', { id: rawNumber(BIG) }],
    [
      'a variable across apps',
      'query ($id: ID!) { account(id: $id) { name bookings { id } } }',
      { id: rawNumber(BIG) },
    ],
  ])('names the very record: %s', async (_, query, variables) => {
    const { data, errors } = await ask(query, variables);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ account: { name: 'exact' } });
  });

  it.each([
    ['a literal', `{ accounts(where: { limitCents: { eq: ${BIG} } }) { name } }`, {}],
    ['literals of a list', `{ accounts(where: { limitCents: { in: [5, ${BIG}] } }) { name } }`, {}],
    ['a literal of a decimal', `{ accounts(where: { rate: { eq: 0.${BIG} } }) { name } }`, {}],
    [
      'in a fragment, across apps',
      `{ ...F } fragment F on Query { accounts(where: { limitCents: { eq: ${BIG} } }) { name bookings { number } } }`,
      {},
    ],
    [
      'a variable',
      'query ($n: BigInt!) { accounts(where: { limitCents: { eq: $n } }) { name } }',
      { n: rawNumber(BIG) },
    ],
    [
      'a literal beside a variable of any name',
      `query ($exact_0: String!) { accounts(where: { name: { eq: $exact_0 }, limitCents: { eq: ${BIG} } }) { name } }`,
      { exact_0: 'exact' },
    ],
    ['with an exponent', `{ accounts(where: { limitCents: { eq: 9.007199254740993e15 } }) { name } }`, {}],
    [
      'a variable with an exponent',
      'query ($n: BigInt!) { accounts(where: { limitCents: { eq: $n } }) { name } }',
      { n: rawNumber('900719925474099300e-2') },
    ],
    [
      'a variable in a filter',
      'query ($w: AccountWhere) { accounts(where: $w) { name } }',
      { w: { rate: { eq: rawNumber(`0.${BIG}`) } } },
    ],
  ])('is compared exactly: %s', async (_, query, variables) => {
    const { data, errors } = await ask(query, variables);
    expect(errors).toEqual([]);
    expect(data?.['accounts']).toMatchObject([{ name: 'exact' }]);
  });

  it.each([
    ['a literal', `settings: { deep: [{ n: ${BIG} }] }`, {}],
    ['a variable', 'settings: $settings', { settings: { deep: [{ n: rawNumber(BIG) }] } }],
  ])('is kept within a JSON value: %s', async (_, settings, variables) => {
    const declared = Object.keys(variables).length === 0 ? '' : '($settings: JSON)';
    const written = await ask(
      `mutation ${declared} { updateAccount(id: "${BIG}", patch: { ${settings} }) { account { settings } errors { message } } }`,
      variables,
    );
    expect(JSON.stringify(written.data)).toContain(`{"deep":[{"n":${BIG}}]}`);
    const alone = await ask(`{ account(id: "${BIG}") { settings } }`);
    expect(JSON.stringify(alone.data)).toContain(`{"deep":[{"n":${BIG}}]}`);
    const across = await ask(`{ account(id: "${BIG}") { settings bookings { id } } }`);
    expect(JSON.stringify(across.data)).toContain(`{"deep":[{"n":${BIG}}]}`);
  });

  it.each([
    ['a literal', '{ accounts(where: { rate: { eq: 1e400 } }) { name } }', {}],
    [
      'a variable',
      'query ($n: Decimal!) { accounts(where: { rate: { eq: $n } }) { name } }',
      { n: rawNumber('1e400') },
    ],
  ])('is refused as the fault of the caller where nothing can hold it: %s', async (_, query, variables) => {
    expect(codes(await ask(query, variables))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a number literal with a point', () => {
  it.each(['7.0', '7.00', '70.0e-1'])(
    'is the integer that it means, asked first or again: %s',
    async (number) => {
      const query = `{ accounts(where: { limitCents: { gt: ${number} }, rate: { eq: 1.0 } }) { name } }`;
      const { data, errors } = await ask(query);
      expect(errors).toEqual([]);
      expect(data?.['accounts']).toMatchObject([{ name: 'neighbour' }]);
    },
  );

  it('is written the same, first or again', async () => {
    const mutation = `mutation { updateAccount(id: "${NEIGHBOUR}", patch: { limitCents: ${NEIGHBOUR.slice(0, 15)}.0 }) { account { limitCents } errors { message } } }`;
    for (const _ of ['planned', 'known', 'known']) {
      const { data } = await ask(mutation);
      expect(data?.['updateAccount']).toEqual({
        account: { limitCents: NEIGHBOUR.slice(0, 15) },
        errors: [],
      });
    }
  });
});

describe('a variable within a JSON literal', () => {
  it.each([
    [{}, '{"list":[null]}'],
    [{ x: null }, '{"list":[null],"member":null}'],
    [{ x: rawNumber(BIG) }, `{"list":[${BIG}],"member":${BIG}}`],
  ])('has its value, and is left out when it is not given: %j', async (variables, expected) => {
    const { data } = await ask(
      `mutation ($x: JSON) { updateAccount(id: "${NEIGHBOUR}", patch: { settings: { list: [$x], member: $x } }) { account { settings } errors { message } } }`,
      variables,
    );
    expect(JSON.stringify(data)).toBe(`{"updateAccount":{"account":{"settings":${expected}},"errors":[]}}`);
  });
});

describe('a variable with the name of a built-in property', () => {
  it('has its value, alone and across apps', async () => {
    for (const more of ['', 'bookings { id }']) {
      const query = `query ($__proto__: String) { accounts(where: { name: { eq: $__proto__ } }) { name ${more} } }`;
      const { data, errors } = await ask(query, JSON.parse('{ "__proto__": "exact" }'));
      expect(errors).toEqual([]);
      expect(data?.['accounts']).toMatchObject([{ name: 'exact' }]);
    }
  });
});

describe('keys of the answer that a planner uses itself', () => {
  it.each([
    ['the name of the key', '{ accounts { id: email bookings { number } } }', { id: 'e@x.org' }],
    [
      'the name of the type',
      '{ accounts { __typename: name bookings { number } } }',
      { __typename: 'exact' },
    ],
    [
      'in a fragment',
      '{ accounts { ...A bookings { number } } } fragment A on Account { id: email }',
      { id: 'e@x.org' },
    ],
    [
      'with the key under another',
      '{ accounts { id: email key: id bookings { number } } }',
      { id: 'e@x.org', key: BIG },
    ],
    [
      'without another app',
      '{ accounts { id: email __typename: name } }',
      { id: 'e@x.org', __typename: 'exact' },
    ],
    ['of a root field', '{ id: accounts { email bookings { number } } }', null],
  ])('are the values asked for: %s', async (_, query, expected) => {
    const { data, errors } = await ask(query);
    expect(errors).toEqual([]);
    const accounts = Object.values(data ?? {})[0];
    expect(accounts).toMatchObject([{}, expected ?? { email: 'e@x.org' }]);
  });

  it('are there for references to other apps', async () => {
    const { data, errors } = await world.askApp(
      'books',
      '{ bookings { __typename: number id: account { name id: email } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      bookings: [
        { __typename: 'B-1', id: { name: 'exact', id: 'e@x.org' } },
        { __typename: 'B-2', id: null },
      ],
    });
  });

  it('are in the paths of errors', async () => {
    const { errors } = await ask('{ id: accounts(where: { limitCents: { eq: "x" } }) { id: email } }');
    expect(errors.map(({ path }) => path)).toEqual([['id']]);
  });
});

describe('a reference to a record of another app that is not there', () => {
  it.each([
    ['the key', 'id'],
    ['the name of the type', '__typename'],
    ['a field that may be null', 'name'],
    ['its version', 'version'],
    ['what its own app adds', 'bookings { number }'],
    ['a field under a condition', 'version @include(if: $no)'],
    ['a fragment', '...K'],
  ])('is null for who asks for %s', async (_, selection) => {
    const fragment = selection === '...K' ? 'fragment K on BankAccount { id ... on BankAccount { id } }' : '';
    const query = `query ($no: Boolean = false) { bookings @skip(if: $no) { number account { ${selection} } } } ${fragment}`;
    const { data, errors } = await world.askApp('books', query.replaceAll('BankAccount', bankAccount()));
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ bookings: [{ account: {} }, { account: null }] });
    expect(JSON.stringify(data)).not.toContain('as_');
  });

  const bankAccount = () => {
    const [bank = '', suffix = ''] = world.app('bank').split('_');
    const pascal = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
    return `${pascal(bank)}${pascal(suffix)}Account`;
  };
});

describe('conditions', () => {
  const query =
    'query ($f: Boolean = true) { accounts { name email @include(if: $f) bookings @skip(if: $f) { id } } }';

  it('take their default', async () => {
    const { data, errors } = await ask(query);
    expect(errors).toEqual([]);
    expect(data?.['accounts']).toMatchObject([{}, { email: 'e@x.org' }]);
  });

  it('that are null are refused', async () => {
    await ask(query);
    expect(codes(await ask(query, { f: null }))).toEqual(['BAD_USER_INPUT']);
    const single = 'query ($f: Boolean = true) { accounts { name email @include(if: $f) } }';
    await ask(single);
    expect(codes(await ask(single, { f: null }))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('questions about the schema', () => {
  it('are answered under a condition, alone and beside others', async () => {
    for (const more of ['', 'accounts { name }']) {
      const query = `query ($x: Boolean!) { ${more} __schema @include(if: $x) { queryType { name } } __typename }`;
      const shown = await ask(query, { x: true });
      expect(shown.errors).toEqual([]);
      expect(shown.data).toMatchObject({ __schema: { queryType: { name: 'Query' } }, __typename: 'Query' });
      const hidden = await ask(query, { x: false });
      expect(hidden.errors).toEqual([]);
      expect(hidden.data).not.toHaveProperty('__schema');
    }
  });

  it('are answered in the order of the operation, through fragments', async () => {
    const { data, errors } = await ask(
      '{ a: __typename ...F accounts { name } } fragment F on Query { b: __type(name: "Account") { ...T } z: accounts { id } } fragment T on __Type { name }',
    );
    expect(errors).toEqual([]);
    expect(Object.keys(data ?? {})).toEqual(['a', 'b', 'z', 'accounts']);
    expect(data).toMatchObject({ b: { name: 'Account' } });
  });

  it('leave the keys of all fields as the caller chose them', async () => {
    const query =
      '{ as_t: __type(name: "Account") { as_n: name } id: accounts { id: email } __typename: __schema { queryType { name } } }';
    const { data, errors } = await ask(query);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      as_t: { as_n: 'Account' },
      id: [{ id: 'n@x.org' }, { id: 'e@x.org' }],
      __typename: { queryType: { name: 'Query' } },
    });
  });

  it('are refused for a null where there has to be a name', async () => {
    const query = 'query ($n: String = "Account") { __type(name: $n) { name } }';
    expect((await ask(query)).data).toEqual({ __type: { name: 'Account' } });
    expect(codes(await ask(query, { n: null }))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await ask('query ($n: String!) { __type(name: $n) { name } }'))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a file of operations', () => {
  const file = `
    query One { accounts { ...A } }
    query Two($id: ID!) { account(id: $id) { ...B } }
    fragment A on Account { name }
    fragment B on Account { email bookings(where: { id: { eq: $id } }) { id } }
  `;

  it('is answered for the operation that is asked for', async () => {
    const one = await ask(file, {}, 'One');
    expect(one.errors).toEqual([]);
    expect(one.data).toMatchObject({ accounts: [{ name: 'neighbour' }, { name: 'exact' }] });
    const two = await ask(file, { id: BIG }, 'Two');
    expect(two.errors).toEqual([]);
    expect(two.data).toMatchObject({ account: { email: 'e@x.org' } });
  });

  it('is refused as a whole when another of its operations is not valid', async () => {
    const { status, errors } = await ask(`${file} query Three { nothing }`, {}, 'One');
    expect([status, errors[0]?.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});
