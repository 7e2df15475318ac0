/** An answer that the database made as text is, byte for byte, what graphql-js makes of the same values. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadApp } from '../support/read-app.ts';
import { createSpellingApp, customerId, ODD_KEY, thingId } from '../support/spelling-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createSpellingApp();
});
afterAll(() => app?.dispose());

interface Operation {
  readonly fields: string;
  readonly fragments?: string;
  readonly variables?: Record<string, unknown>;
  readonly header?: string;
}

/**
 * A second field that fails makes graphql-js complete the answer, from the same values.
 * @returns the text, and what graphql-js wrote
 */
async function bothAnswers(operation: Operation): Promise<{ text: string; completed: string }> {
  const { fields, fragments = '', header = 'query', variables = {} } = operation;
  const direct = await app.answer(`${header} { ${fields} } ${fragments}`, { variables });
  const text = direct.json();
  expect({ hasErrors: direct.hasErrors, text }).toEqual({ hasErrors: false, text: expect.any(String) });
  const withFacts = await app.answer(`${header} { ${fields} } ${fragments}`, { variables, wantsFacts: true });
  expect([withFacts.json(), withFacts.facts?.kind]).toEqual([text, 'read']);
  const failing = `${header} { ${fields} failing: things(limit: -1) { id } } ${fragments}`;
  const { data, errors } = (await app.answer(failing, { variables })).result();
  expect(errors?.map(({ path }) => path)).toEqual([['failing']]);
  const rest = Object.entries(data ?? {}).filter(([key]) => key !== 'failing');
  return { text, completed: JSON.stringify({ data: Object.fromEntries(rest) }) };
}

const BY_TEXT = 'orderBy: [{ text: ASC }]';
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

const EXACT: Readonly<Record<string, string>> = {
  'texts with all that JSON escapes': '{ things { id text } }',
  'whole numbers at their limits': '{ things { whole large exact cents } }',
  fractions: '{ things { plain } }',
  'truth, ids and times': '{ things { yes token day at deletedAt version } }',
  'enums whose members are not their values': '{ things { status stage phase } }',
  'nulls in every field': `{ thing(id: "${thingId(51)}") { text whole large exact cents real yes token day at extra scan { id } status stage phase coinId coin { id } customerId customer { id } parent { id } } }`,
  'the type of every object': `{ __typename things(limit: 2) { __typename coin { __typename id } parts { __typename } coins { __typename } customer { __typename id } } }`,
  'nothing but types': '{ __typename things(limit: 1) { __typename } a: __typename }',
  'a type as the only field of an empty list': '{ empties { __typename } }',
  aliases: '{ b: things(limit: 2) { z: id a: text z2: id } a: coins { w: worth w2: worth } }',
  'aliases that are names of other fields':
    '{ coins: things(limit: 1) { text: id id: text } things: coins { id: worth } }',
  'aliases that look like SQL':
    '{ select: things(limit: 1) { from: id where: text t0: whole x: yes j: day n: at null: cents } }',
  'the same field twice': '{ things(limit: 2) { id id text } things(limit: 2) { id whole } }',
  fragments: '{ things(limit: 2) { ...F ... on Thing { whole } ... { yes } ...G } }',
  'nested fragments with conditions': '{ things(limit: 2) { ...H } }',
  'left out fields':
    '{ things(limit: 2) { id text @skip(if: true) whole @include(if: false) yes @include(if: true) coin @skip(if: true) { id } } }',
  'left out root fields': '{ things(limit: 1) @skip(if: true) { id } coins { id } }',
  'left out fragments': '{ coins { id ... on Coin @skip(if: true) { worth } ...C @include(if: false) } }',
  'no list': '{ empties { id word } }',
  'no records below': `{ thing(id: "${thingId(51)}") { parts { id } coins { id } partsConnection { nodes { id } edges { cursor } totalCount ${PAGE} } } }`,
  'no record': `{ thing(id: "${thingId(99)}") { id } a: thing(id: "none") { id } }`,
  'no record by another key': '{ coinBy(key: { id: "none" }) { id } }',
  'a record by its key': `{ thing(id: "${thingId(1)}") { id text } thingBy(key: { id: "${thingId(2)}" }) { text } }`,
  'keys that have to be escaped':
    '{ coins { id things(orderBy: [{ text: ASC }]) { id coinId coin { id worth } } } }',
  'a record to one that is not there': '{ things { id coinId coin { id } } }',
  'records to one, nested': `{ things(${BY_TEXT}) { text parent { text parent { text parent { id } } } } }`,
  'lists in lists': `{ things(limit: 3) { parts(${BY_TEXT}, limit: 2) { text parts(limit: 1) { id } coins { id holders(limit: 2) { id } } } } }`,
  'the same list with several arguments': `{ things(limit: 3) { parts(limit: 1) { id } a: parts(offset: 1) { id } b: parts(where: { whole: { gt: 0 } }) { whole } } }`,
  'a limit of nothing': '{ things(limit: 0) { id } }',
  'a list behind an offset': '{ things(offset: 100) { id } }',
  'distinct records': '{ things(distinctOn: [stage, yes], orderBy: [{ text: DESC }]) { stage yes text } }',
  'a connection': `{ thingsConnection(first: 3, ${BY_TEXT}) { totalCount nodes { text } edges { cursor node { id text } } ${PAGE} } }`,
  'a connection from its end': `{ thingsConnection(last: 3, ${BY_TEXT}) { edges { node { text } cursor } ${PAGE} nodes { id } } }`,
  'a connection with several of each': `{ thingsConnection(first: 2) { a: nodes { id } b: nodes { text } edges { c: cursor n: node { id } m: node { text } } e: edges { cursor } p: pageInfo { hasNextPage } ${PAGE} totalCount t: totalCount } }`,
  'a connection with its types':
    '{ thingsConnection(first: 1) { __typename edges { __typename node { __typename } } pageInfo { __typename } } }',
  'only the count of a connection': '{ thingsConnection(where: { yes: { eq: true } }) { totalCount } }',
  'only the page information': `{ thingsConnection(first: 1) { ${PAGE} } emptiesConnection { ${PAGE} } }`,
  'an empty connection': `{ emptiesConnection(first: 5) { totalCount nodes { id } edges { cursor node { id } } ${PAGE} __typename } }`,
  'a connection of nothing': `{ thingsConnection(first: 0) { nodes { id } edges { cursor } ${PAGE} totalCount } }`,
  'connections below records': `{ things(limit: 3) { partsConnection(first: 1) { totalCount edges { cursor node { id coinsConnection(last: 1) { nodes { id } ${PAGE} } } } ${PAGE} } } }`,
  'cursors of hard values': `{ a: thingsConnection(orderBy: [{ text: ASC }, { exact: DESC }, { at: ASC }, { day: ASC }, { status: DESC }]) { edges { cursor } } }`,
  'cursors through a relation':
    '{ thingsConnection(orderBy: [{ coin: { id: DESC } }, { parent: { text: ASC } }]) { edges { cursor node { id } } } }',
  aggregates:
    '{ thingsAggregate { count countDistinct { id text coinId status } sum { whole large exact cents } min { whole large exact cents text day at } max { whole large exact cents text day at } } }',
  'aggregates with types and aliases':
    '{ x: thingsAggregate { __typename n: count s: sum { __typename w: whole v: whole } countDistinct { d: yes } } }',
  'aggregates of nothing':
    '{ emptiesAggregate { count countDistinct { id } sum { number } avg { number } min { number word } max { number word } } }',
  'aggregates below records': `{ things(${BY_TEXT}) { partsAggregate { count sum { cents } max { text } } coinsAggregate { count min { worth } } } }`,
  groups:
    '{ thingsGroupBy(by: [{ field: stage }, { field: yes }]) { key { stage yes text } count sum { cents whole } min { text } } }',
  'groups of time':
    '{ thingsGroupBy(by: [{ field: at, bucket: MONTH }, { field: day, bucket: YEAR }], orderBy: [{ count: DESC }]) { key { at day } count } }',
  'groups by keys and enums':
    '{ thingsGroupBy(by: [{ field: coinId }, { field: status }]) { __typename key { __typename c: coinId status } n: count } }',
  'no groups': '{ emptiesGroupBy(by: [{ field: word }]) { key { word } count } }',
  files: '{ things { scan { id filename size mimeType url } } }',
  'files with types and aliases':
    '{ things { scan { __typename name: filename again: filename } other: scan { u: url } } }',
  'references to another app': '{ things { id customer { id } c: customer { __typename key: id } } }',
  'deleted records':
    '{ things(withDeleted: true) { text deletedAt } thingsConnection(withDeleted: true) { totalCount } }',
  'filters through relations':
    '{ things(where: { parts: { some: { whole: { gt: 0 } } }, coin: { worth: { lt: 0 } } }) { id } }',
  'all kinds of root fields': `{ things(limit: 1) { id } thing(id: "${thingId(1)}") { id } coinBy(key: { id: "" }) { worth } coinsConnection { totalCount } coinsAggregate { count } coinsGroupBy(by: [{ field: worth }]) { count } __typename }`,
};

const FRAGMENTS = `
  fragment F on Thing { text ...G }
  fragment G on Thing { id coin { id ...C } }
  fragment H on Thing { ... @include(if: true) { id ... @skip(if: true) { text } } ...F parts(limit: 1) { ...G } }
  fragment C on Coin { worth }`;

/** Only the fragments that are used: others are refused. */
function fragmentsOf(fields: string): string {
  const needed = new Set<string>();
  const note = (text: string) => {
    for (const [, name = ''] of text.matchAll(/\.\.\.([A-Z])\b/g)) {
      if (needed.has(name)) continue;
      needed.add(name);
      note(definitionOf(name));
    }
  };
  note(fields);
  return [...needed].map(definitionOf).join('\n');
}

function definitionOf(name: string): string {
  return FRAGMENTS.split('\n').find((line) => line.trim().startsWith(`fragment ${name} `)) ?? '';
}

describe('an answer made by the database', () => {
  it.each(Object.entries(EXACT))('is what graphql-js writes: %s', async (_name, operation) => {
    const fields = operation.slice(1, -1);
    const { text, completed } = await bothAnswers({ fields, fragments: fragmentsOf(operation) });
    expect(text).toBe(completed);
  });

  // Postgres writes `1e-07` and `{"a": 1}` where JavaScript writes `1e-7` and `{"a":1}`: the same values.
  it.each([
    ['JSON', 'things { extra other: extra }'],
    ['numbers with exponents', 'things { real } thingsAggregate { min { real } max { real } }'],
    ['averages', 'thingsAggregate { avg { whole large exact cents plain } sum { real plain } }'],
  ])('has the values that graphql-js writes: %s', async (_name, fields) => {
    const { text, completed } = await bothAnswers({ fields });
    expect(JSON.stringify(JSON.parse(text))).toBe(completed);
  });
});

describe('entities asked for by key', () => {
  const header = 'query ($representations: [_Any!]!)';
  const thing = (n: number) => ({ __typename: 'Thing', id: thingId(n) });
  const coin = (id: string) => ({ __typename: 'Coin', id });
  const customer = (n: number) => ({ __typename: 'CrmCustomer', id: customerId(n) });
  const fields = `_entities(representations: $representations) {
    ... on Thing { text coin { id } } ... on Coin { id worth } ...E ... on _Entity { __typename } }`;
  const fragments = `fragment E on CrmCustomer { id things(${BY_TEXT}) { text } thingsConnection(first: 1) { totalCount } }`;

  it.each([
    ['of one type', [thing(1), thing(99), thing(2), thing(1)]],
    ['of one type, none of them there', [thing(99), { __typename: 'Thing', id: 'no key' }]],
    ['of another app', [customer(1), customer(3), customer(2), customer(1)]],
    [
      'of several types, mixed',
      [coin(ODD_KEY), thing(1), customer(1), coin('none'), thing(2), coin(''), customer(9)],
    ],
    ['of no type', []],
  ])('are what graphql-js writes: %s', async (_name, representations) => {
    const { text, completed } = await bothAnswers({
      header,
      fields,
      fragments,
      variables: { representations },
    });
    expect(text).toBe(completed);
  });

  it('stand beside other fields', async () => {
    const { text, completed } = await bothAnswers({
      header,
      fields: `a: coins { id } ${fields} b: _entities(representations: $representations) { __typename }`,
      fragments,
      variables: { representations: [thing(1), coin('')] },
    });
    expect(text).toBe(completed);
  });

  it('keep the digits of decimals when types are mixed', async () => {
    const query = `${header} { _entities(representations: $representations) { ... on Thing { exact large } ... on Coin { worth } } }`;
    const { data } = await app.ask(query, { variables: { representations: [coin(''), thing(3)] } });
    expect(data).toEqual({
      _entities: [
        { worth: 2_147_483_647 },
        { exact: '123456789012345678901234567890.123456789', large: '9223372036854775807' },
      ],
    });
  });
});

describe('digits of numbers in JSON', () => {
  it('leave as they are stored', async () => {
    await app.database.query({
      text: `UPDATE "things" SET "extra" = '{"n": 12345678901234567890.12345678901234567890}' WHERE "id" = $1::uuid`,
      values: [thingId(1)],
    });
    const answer = await app.answer(`{ thing(id: "${thingId(1)}") { extra } }`);
    expect(answer.json()).toBe(
      '{"data":{"thing":{"extra":{"n": 12345678901234567890.12345678901234567890}}}}',
    );
  });
});
