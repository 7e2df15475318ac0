import { describe, expect, it } from 'vitest';
import type { LinkModel } from '../../src/model/app-model.ts';
import { entity, entityOf, KEY, model, oneToMany } from '../support/document-fixture.ts';

describe('the default order of a list', () => {
  const listed = entity('order', [KEY('customer_id'), { name: 'placed_at', type: 'timestamp' }]);
  const order_by = [{ field: 'placed_at', direction: 'desc' }, { field: 'id' }];
  const shown = (link: LinkModel | undefined) =>
    link?.kind === 'to_many'
      ? link.defaultOrder.map((key) => `${key.field.graphqlName} ${key.descending ? 'desc' : 'asc'}`)
      : undefined;

  it('is made of fields of the entity that is listed', () => {
    const built = model({
      entities: [entity('customer'), listed],
      relations: [oneToMany('customer_orders', ['customer', 'order', 'customer_id'], { order_by })],
    });
    const link = entityOf(built, 'customer').links.find(({ graphqlName }) => graphqlName === 'orders');
    expect(shown(link)).toEqual(['placedAt desc', 'id asc']);
  });

  it('also comes with a list that is given to an entity of another app', () => {
    const built = model({
      entities: [listed],
      relations: [oneToMany('customer_orders', ['crm.customer', 'order', 'customer_id'], { order_by })],
    });
    expect(shown(built.contributions[0]?.link)).toEqual(['placedAt desc', 'id asc']);
  });
});
