import { isInputObjectType, isNonNullType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { crm, graph, home, membersOf, schemaOf, shop } from '../support/reading-fixture.ts';

describe('root fields', () => {
  it('read one, many, pages, numbers and groups', () => {
    expect(
      membersOf(home, 'Query').filter(
        (field) => /^orders?([A-Z(]|By)/.test(field) && !field.startsWith('orderItem'),
      ),
    ).toEqual([
      'order(id: ID!, withDeleted: Boolean): Order',
      'orderBy(key: OrderKey!, withDeleted: Boolean): Order',
      'orders(where: OrderWhere, orderBy: [OrderOrderBy!], limit: Int, offset: Int, distinctOn: [OrderFieldName!], withDeleted: Boolean): [Order!]',
      'ordersConnection(where: OrderWhere, orderBy: [OrderOrderBy!], first: Int, after: String, last: Int, before: String, withDeleted: Boolean): OrderConnection',
      'ordersAggregate(where: OrderWhere, withDeleted: Boolean): OrderAggregate',
      'ordersGroupBy(by: [OrderGroupByKey!]!, where: OrderWhere, having: OrderHaving, orderBy: [OrderGroupByOrder!], limit: Int, withDeleted: Boolean): [OrderGroupByResult!]',
    ]);
  });

  it('offer deleted records only where they are kept', () => {
    expect(
      membersOf(home, 'Query')
        .filter((field) => /^(tag|invoice)/.test(field))
        .join(),
    ).not.toContain('withDeleted');
  });
});

describe('relations', () => {
  it('take the arguments of lists, and have pages and numbers beside them', () => {
    expect(membersOf(home, 'Order').filter((field) => /^i(nvoice|tems)/.test(field))).toEqual([
      'invoice: Invoice',
      'items(where: OrderItemWhere, orderBy: [OrderItemOrderBy!], limit: Int, offset: Int, distinctOn: [OrderItemFieldName!]): [OrderItem!]',
      'itemsConnection(where: OrderItemWhere, orderBy: [OrderItemOrderBy!], first: Int, after: String, last: Int, before: String): OrderItemConnection',
      'itemsAggregate(where: OrderItemWhere): OrderItemAggregate',
    ]);
    expect(membersOf(home, 'OrderItem')).toContain('order(withDeleted: Boolean): Order');
    expect(membersOf(home, 'Tag')).toContain(
      'ordersAggregate(where: OrderWhere, withDeleted: Boolean): OrderAggregate',
    );
  });

  it('are filtered by within the app, and ordered by where the foreign key is', () => {
    expect(membersOf(home, 'OrderWhere')).toEqual(
      expect.arrayContaining([
        'invoice: InvoiceWhere',
        'items: OrderItemToManyFilter',
        'tags: TagToManyFilter',
      ]),
    );
    expect(membersOf(home, 'OrderItemToManyFilter')).toEqual([
      'some: OrderItemWhere',
      'every: OrderItemWhere',
      'none: OrderItemWhere',
    ]);
    expect(membersOf(home, 'OrderItemOrderBy')).toContain('order: OrderOrderBy');
    expect(membersOf(home, 'OrderOrderBy').join()).not.toMatch(/invoice|items|tags/);
  });

  it('to other apps cannot be filtered by or ordered by, and add the fields of lists to the other type', () => {
    const elsewhere = schemaOf(shop, graph('crm', crm, shop));
    expect(membersOf(elsewhere, 'ShopOrder')).toContain('customer: Customer');
    expect(membersOf(elsewhere, 'ShopOrderWhere').join()).not.toContain('customer:');
    expect(membersOf(elsewhere, 'ShopOrderOrderBy').join()).not.toContain('customer:');
    expect(membersOf(elsewhere, 'Customer')).toContain(
      'ordersAggregate(where: ShopOrderWhere, withDeleted: Boolean): ShopOrderAggregate',
    );
  });
});

describe('filters', () => {
  it('search where there is something to search, and look into JSON', () => {
    expect(membersOf(home, 'OrderWhere')).toEqual(
      expect.arrayContaining(['search: String', 'extra: JSONFilter', 'paper: NullFilter']),
    );
    expect(membersOf(home, 'TagWhere').join()).not.toContain('search');
  });
});

describe('numbers and groups', () => {
  it('have the types that hold them', () => {
    expect(membersOf(home, 'OrderAggregate')).toEqual([
      'count: Int!',
      'countDistinct: OrderAggregateCountDistinct!',
      'sum: OrderAggregateSum!',
      'avg: OrderAggregateAvg!',
      'min: OrderAggregateMinMax!',
      'max: OrderAggregateMinMax!',
    ]);
    expect(membersOf(home, 'OrderAggregateSum')).toEqual(['total: Decimal']);
    expect(membersOf(home, 'OrderItemAggregateSum')).toEqual(['quantity: BigInt']);
    expect(membersOf(home, 'OrderItemAggregateAvg')).toEqual(['quantity: Float']);
    expect(membersOf(home, 'OrderAggregateMinMax')).toEqual([
      'number: String',
      'total: Decimal',
      'placedAt: DateTime',
      'deletedAt: DateTime',
    ]);
    expect(membersOf(home, 'TagAggregateMinMax')).toEqual(['label: String']);
    expect(membersOf(home, 'TagAggregate').join()).not.toMatch(/sum|avg/);
    expect(home.getType('TagAggregateSum')).toBeUndefined();
  });

  it('are asked for, chosen and ordered by name', () => {
    expect(membersOf(home, 'OrderFieldName')).not.toContain('extra');
    expect(membersOf(home, 'OrderGroupByKey')).toEqual(['field: OrderFieldName!', 'bucket: TimeBucket']);
    expect(membersOf(home, 'OrderGroupByValues')).toEqual(
      expect.arrayContaining(['id: ID', 'customerId: ID', 'number: String', 'status: OrderStatus']),
    );
    expect(membersOf(home, 'OrderHaving')).toEqual(
      expect.arrayContaining(['AND: [OrderHaving!]', 'count: IntFilter', 'sum: OrderHavingSum']),
    );
    expect(membersOf(home, 'OrderHavingSum')).toEqual(['total: DecimalFilter']);
    expect(membersOf(home, 'OrderHavingCountDistinct')).toContain('customerId: IntFilter');
    expect(membersOf(home, 'OrderHavingMinMax')).toContain('number: StringComparisonFilter');
    expect(membersOf(home, 'OrderGroupByOrder')).toEqual([
      'key: OrderGroupByOrderFields',
      'count: SortDirection',
      'countDistinct: OrderGroupByOrderFields',
      'sum: OrderGroupByOrderNumbers',
      'avg: OrderGroupByOrderNumbers',
      'min: OrderGroupByOrderMinMax',
      'max: OrderGroupByOrderMinMax',
    ]);
  });
});

describe('descriptions', () => {
  const fieldsOf = (name: string) => {
    const type = home.getType(name);
    return isObjectType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
  };
  const undescribed = (members: readonly { name: string; description?: string | null | undefined }[]) =>
    members.filter(({ description }) => (description ?? '') === '').map(({ name }) => name);

  it('tell of every operator of every filter', () => {
    const filters = Object.keys(home.getTypeMap()).filter((name) => /(Filter|Having)$/.test(name));
    expect(filters).toEqual(
      expect.arrayContaining([
        'StringFilter',
        'JSONPathFilter',
        'OrderStatusFilter',
        'TagToManyFilter',
        'OrderHaving',
      ]),
    );
    const missing = filters.flatMap((name) => undescribed(fieldsOf(name)).map((field) => `${name}.${field}`));
    expect(missing).toEqual([]);
  });

  it('tell of every root field, and of every optional argument of reading', () => {
    expect(undescribed([...fieldsOf('Query'), ...fieldsOf('Mutation')])).toEqual([]);
    const reading = [
      ...fieldsOf('Query'),
      ...fieldsOf('Order').filter(({ name }) => name.startsWith('items')),
    ];
    const optional = reading
      .flatMap((field) => ('args' in field ? field.args : []))
      .filter(({ type }) => !isNonNullType(type));
    expect(optional.length).toBeGreaterThan(10);
    expect(undescribed(optional)).toEqual([]);
  });

  it('name the limit of a relation', () => {
    const order = home.getType('Order');
    const items = isObjectType(order) ? order.getFields()['items'] : undefined;
    expect(items?.args.find(({ name }) => name === 'limit')?.description).toBe(
      'How many. At most 200, which is also the default.',
    );
  });
});
