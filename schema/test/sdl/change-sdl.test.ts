import { buildASTSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { appName, composeGraph } from '../../src/index.ts';
import { entity, model } from '../support/document-fixture.ts';
import { crm, graph, help, membersOf, schemaOf, shop } from '../support/reading-fixture.ts';

const home = schemaOf(shop, graph('shop', shop));

describe('subscriptions', () => {
  it('are a field for each entity, with what a query may ask for', () => {
    expect(membersOf(home, 'Subscription')).toEqual(
      [
        ['invoice', 'Invoice'],
        ['order', 'Order'],
        ['orderItem', 'OrderItem'],
        ['tag', 'Tag'],
      ].map(
        ([one, type]) =>
          `${one}Changed(id: ID, where: ${type}Where, operations: [ChangeOperation!], after: String, ` +
          `snapshot: Boolean!, coalesce: Boolean!): ${type}Change!`,
      ),
    );
    const args = home.getSubscriptionType()?.getFields()['orderChanged']?.args ?? [];
    expect(args.filter(({ name }) => ['snapshot', 'coalesce'].includes(name))).toMatchObject([
      { defaultValue: false },
      { defaultValue: false },
    ]);
  });

  it('tell the record as it is, as it was, and where to go on', () => {
    expect(membersOf(home, 'OrderChange')).toEqual([
      'operation: ChangeOperation!',
      'id: ID!',
      'node: Order',
      'previous: OrderPrevious',
      'changedFields: [String!]!',
      'cursor: String!',
      'at: DateTime!',
      'snapshot: Boolean!',
    ]);
    expect(membersOf(home, 'ChangeOperation')).toEqual(['ADDED', 'UPDATED', 'REMOVED']);
  });

  it('know of the record before a change its own fields, each of which may be missing', () => {
    expect(membersOf(home, 'OrderPrevious')).toEqual([
      'id: ID',
      'customerId: ID',
      'number: String',
      'total: Decimal',
      'placedAt: DateTime',
      'status: OrderStatus',
      'relation: OrderRelation',
      'extra: JSON',
      'paper: File',
      'deletedAt: DateTime',
      'version: Int',
    ]);
  });

  it('keep the version apart from a field of that name, and the key of the change from the key of the record', () => {
    const own = model(
      {
        entities: [
          entity('release', [{ name: 'version', type: 'string' }]),
          {
            ...entity('code'),
            primary_key: { field: 'iso', type: 'string' },
            fields: [{ name: 'iso', type: 'string' }],
          },
        ],
      },
      appName('own'),
    );
    const schema = schemaOf(own, graph('own', own));
    expect(membersOf(schema, 'ReleasePrevious')).toEqual(['id: ID', 'version: String', 'recordVersion: Int']);
    expect(membersOf(schema, 'CodePrevious')).toEqual(['iso: ID', 'version: Int']);
    expect(membersOf(schema, 'CodeChange')).toContain('id: ID!');
  });

  it('say what each part is for', () => {
    for (const name of ['OrderChange', 'OrderPrevious', 'ChangeOperation'])
      expect(home.getType(name)?.description).toMatch(/\w/);
    const field = home.getSubscriptionType()?.getFields()['orderChanged'];
    expect(field?.args.filter(({ description }) => !description)).toEqual([]);
    expect(field?.description).toMatch(/WebSocket .* text\/event-stream/);
  });
});

describe('subscriptions of a graph', () => {
  it.each([
    ['shop', 'orderChanged', 'Order', 'OrderPrevious'],
    [null, 'shopOrderChanged', 'ShopOrder', 'ShopOrderPrevious'],
  ])('have the names of the graph of %s', (name, field, node, previous) => {
    const schema = schemaOf(shop, graph(name, crm, shop));
    expect(schema.getSubscriptionType()?.getFields()).toHaveProperty(field);
    expect(membersOf(schema, `${node}Change`)).toEqual(
      expect.arrayContaining([`node: ${node}`, `previous: ${previous}`]),
    );
  });

  it('compose with links across apps: what is selected below a change can come from every app', () => {
    const composed = composeGraph(graph('crm', crm, shop, help));
    if (!composed.ok) throw new Error(composed.errors.join('\n'));
    const supergraph = buildASTSchema(parse(composed.supergraphSdl), { assumeValid: true });
    expect(Object.keys(supergraph.getSubscriptionType()?.getFields() ?? {}).sort()).toEqual([
      'customerChanged',
      'helpTicketChanged',
      'shopInvoiceChanged',
      'shopOrderChanged',
      'shopOrderItemChanged',
      'shopTagChanged',
    ]);
    expect(membersOf(supergraph, 'CustomerChange')).toContain('node: Customer');
    expect(membersOf(supergraph, 'Customer').map((member) => member.split('(')[0])).toEqual(
      expect.arrayContaining(['orders', 'tickets']),
    );
  });

  it.each(
    ['change', 'previous'].flatMap((name) => [
      { name, key: 'id' },
      { name, key: 'operation' },
      { name, key: 'code' },
    ]),
  )('do not merge with an entity of another app of the same name: $name by $key', ({ name, key }) => {
    const fields = [{ name: key, type: 'uuid' }];
    const like = { ...entity(name), primary_key: { field: key, type: 'uuid' }, fields };
    const other = model({ entities: [like] }, appName('crm_customer'));
    const composed = composeGraph(graph(null, crm, other));
    const errors = composed.ok ? '' : composed.errors.join();
    expect(errors).toMatch(/CrmCustomer(Change|Previous)/);
  });

  it('are missing where there is no entity', () => {
    const empty = model({ entities: [] }, appName('empty'));
    expect(schemaOf(empty, graph('empty', empty)).getSubscriptionType()).toBeUndefined();
    const composed = composeGraph(graph('empty', empty, crm));
    expect(composed).toMatchObject({ ok: true });
  });
});
