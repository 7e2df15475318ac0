import { numberText } from '@rocket/schema';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { changePayload, type ResolvedChange } from '../../src/subscriptions/operation/change-payload.ts';
import { nodeQueries } from '../../src/subscriptions/operation/node-queries.ts';
import { readSubscription } from '../../src/subscriptions/operation/subscribed-operation.ts';
import { planSubscription } from '../../src/subscriptions/resolution/plan-subscription.ts';
import { SubscriptionRefused } from '../../src/subscriptions/subscribe.ts';
import { DEAL, DEAL_NAMES, dealKey, GRAPH_KEY, graphOf, SCHEMA, userOf } from './deal-app.ts';

type Variables = Readonly<Record<string, unknown>>;

function read(query: string, variables: Variables = {}, operationName?: string, hidesSchema = false) {
  const parameters = { query, variables, ...(operationName === undefined ? {} : { operationName }) };
  return readSubscription(parameters, SCHEMA, { hidesSchema });
}

function refusal(query: string, variables: Variables = {}, hidesSchema = false) {
  try {
    read(query, variables, undefined, hidesSchema);
  } catch (error) {
    if (!(error instanceof SubscriptionRefused)) throw error;
    return { code: error.errors[0]?.extensions['code'], message: error.errors[0]?.message };
  }
  throw new Error('Nothing was refused');
}

function queriesOf(query: string, variables: Variables = {}) {
  const operation = read(query, variables);
  const payload = changePayload(operation, DEAL_NAMES);
  return nodeQueries({ own: operation.own, nodes: payload.nodes, entity: DEAL, api: DEAL_NAMES });
}

const CHANGE: ResolvedChange = {
  ...{ operation: 'UPDATED', id: 'k', at: 'now', snapshot: false, changedFields: ['name'], errors: [] },
  nodes: [{ name: 'x' }, { stage: 'y' }],
  previous: { name: 'w', paper: { id: 'f', filename: 'a.txt' } },
};

describe('what is asked for', () => {
  it('is found under aliases, in fragments, and by variables with defaults', () => {
    const query = `
      subscription S($key: ID = "${dealKey(1)}", $no: Boolean = false, $yes: Boolean!) { ...Root }
      fragment Root on Subscription { mine: dealChanged(id: $key, operations: [ADDED]) { ...Change } }
      fragment Change on DealChange { at @include(if: $no) what: operation ... @skip(if: $yes) { cursor } id }
    `;
    const found = read(query, { yes: true });
    expect([found.field, found.key, [...found.selected.keys()]]).toEqual([
      'dealChanged',
      'mine',
      ['what', 'id'],
    ]);
    expect(found.arguments).toEqual({
      id: dealKey(1),
      operations: ['ADDED'],
      snapshot: false,
      coalesce: false,
    });
    expect([...read(query, { yes: false, no: true }).selected.keys()]).toEqual([
      'at',
      'what',
      'cursor',
      'id',
    ]);
  });

  it('is of the named operation alone', () => {
    const query =
      'query Q { deals { id } } subscription A { dealChanged { id } } subscription B { dealChanged { at } }';
    expect([...read(query, {}, 'B').selected.keys()]).toEqual(['at']);
    expect(() => read(query, {}, 'Q')).toThrow('no subscription');
    expect(() => read(query)).toThrow('operationName');
    expect(() => read(query, {}, 'C')).toThrow('operationName');
  });

  it('keeps numbers that a double cannot hold', () => {
    const { own, variables } = read(
      'subscription { dealChanged(where: {size: {eq: 9007199254740993}}) { id } }',
    );
    expect(Object.values(variables).map(numberText)).toEqual(['9007199254740993']);
    expect(own.operation.variableDefinitions).toHaveLength(1);
  });

  it.each([
    ['subscription { dealChanged { id ', {}, 'GRAPHQL_PARSE_FAILED'],
    ['query { deals { id } }', {}, 'BAD_REQUEST'],
    ['subscription { dealChanged { nme } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { a: dealChanged { id } b: dealChanged { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription($k: ID!) { dealChanged(id: $k) { id } }', {}, 'BAD_USER_INPUT'],
    ['subscription($k: ID) { dealChanged(id: $k) { id } }', { k: {} }, 'BAD_USER_INPUT'],
    ['subscription($s: Boolean) { dealChanged(snapshot: $s) { id } }', { s: null }, 'BAD_USER_INPUT'],
    ['subscription($s: Boolean!) { dealChanged @skip(if: $s) { id } }', { s: true }, ''],
    [`subscription { dealChanged { id ${'at '.repeat(20_000)} } }`, {}, ''],
  ])('is refused: %.70s', (query, variables, code) => {
    const found = refusal(query, variables);
    if (code !== '') expect(found.code).toBe(code);
    expect(found.message).not.toBe('');
  });

  it('proposes names only where the schema may be known', () => {
    const query = 'subscription { dealChanged { curso } }';
    expect(refusal(query).message).toContain('Did you mean "cursor"');
    expect(refusal(query, {}, true).message).toBe('Cannot query field "curso" on type "DealChange".');
  });
});

describe('queries of records', () => {
  it.each([
    ['subscription { dealChanged { id } }', {}, []],
    ['subscription { dealChanged { node { ...D } } } fragment D on Deal { name contact { name } }', {}, []],
    [
      `subscription($changeKey: String, $n: Boolean!, $id: ID) { dealChanged(id: $id, where: {name: {eq: $changeKey}}) {
        a: node { changeWhere: name ...F } b: node { stage @include(if: $n) } cursor ...U } }
       fragment F on Deal { id name @skip(if: $n) } fragment U on DealChange { at }`,
      { n: true },
      ['n'],
    ],
  ])('are valid, with what they use and no more: %.60s', (query, variables, used) => {
    const { byKey, pages, nodeNames, names } = queriesOf(query, variables);
    for (const each of [byKey, pages]) {
      expect(validate(SCHEMA, parse(each.query))).toEqual([]);
      expect(each.variables).toEqual(used);
      expect(each.query).not.toContain('DealChange');
    }
    expect(nodeNames).toHaveLength(query.includes('b: node') ? 2 : 1);
    for (const name of [...Object.values(names), ...nodeNames]) expect(query).not.toMatch(`\\b${name}\\b`);
  });
});

describe('what is told', () => {
  const told = (query: string, change = CHANGE) =>
    JSON.stringify(changePayload(read(query), DEAL_NAMES).make(change, () => 'c').data);

  it('has the keys of the caller in their order', () => {
    expect(
      told(
        'subscription { x: dealChanged { __typename b: node { stage } c: cursor id node { name } previous { t: __typename paper { __typename n: filename } stage name } } }',
      ),
    ).toBe(
      '{"x":{"__typename":"DealChange","b":{"name":"x"},"c":"c","id":"k","node":{"stage":"y"},' +
        '"previous":{"t":"DealPrevious","paper":{"__typename":"File","n":"a.txt"},"stage":null,"name":"w"}}}',
    );
    expect(
      told('subscription { dealChanged { node { id } previous { name } } }', {
        ...CHANGE,
        nodes: null,
        previous: null,
      }),
    ).toBe('{"dealChanged":{"node":null,"previous":null}}');
  });

  it('has errors below the selection that they are of', () => {
    const payload = changePayload(
      read('subscription { x: dealChanged { node { id } b: node { name } } }'),
      DEAL_NAMES,
    );
    const error = { message: 'no', extensions: { code: 'FORBIDDEN' } };
    const { errors } = payload.make(
      { ...CHANGE, errors: [{ selection: 1, path: ['name'], error }] },
      () => '',
    );
    expect(errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
      [['x', 'b', 'name'], 'FORBIDDEN'],
    ]);
  });
});

describe('the shape of a subscription', () => {
  const shapeOf = async (query: string, variables: Variables = {}) =>
    (
      await planSubscription(
        graphOf(1),
        { key: GRAPH_KEY, identity: userOf('boss'), parameters: { query, variables } },
        { hidesSchema: false },
      )
    ).shape;
  const WITH =
    'subscription($id: ID, $after: String, $w: DealWhere, $b: Boolean = true) { dealChanged(id: $id, after: $after, where: $w) { id node { name @include(if: $b) } } }';

  it('is one for all who ask the same, wherever they begin and whichever record they want', async () => {
    const shape = await shapeOf(WITH);
    expect(await shapeOf(WITH, { id: dealKey(1), after: 'x', unused: 1 })).toBe(shape);
    expect(await shapeOf(WITH, { w: { name: { eq: 'a' }, stage: { eq: 'b' } } })).toBe(
      await shapeOf(WITH, { w: { stage: { eq: 'b' }, name: { eq: 'a' } } }),
    );
  });

  it('is another for another filter, selection, key or variable', async () => {
    const big = (size: string) => `subscription { dealChanged(where: {size: {eq: ${size}}}) { id } }`;
    const shapes = await Promise.all([
      shapeOf(WITH),
      shapeOf(WITH, { b: false }),
      shapeOf(WITH, { w: { name: { eq: 'a' } } }),
      shapeOf(big('9007199254740993')),
      shapeOf(big('9007199254740992')),
      shapeOf('subscription { dealChanged { id } }'),
      shapeOf('subscription { x: dealChanged { id } }'),
      shapeOf('subscription { dealChanged { node { name } } }'),
    ]);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('tells a variable that is null from one that has its default', async () => {
    const query =
      'subscription($n: Int = 1) { dealChanged { node { contact { deals(limit: $n) { id } } } } }';
    expect(await shapeOf(query, { n: null })).not.toBe(await shapeOf(query));
  });
});
