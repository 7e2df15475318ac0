/** The shop as one metadata document. */
import type { AppDocument } from '@rocket/schema';
import { customerSeeds } from '../crm/rows.ts';
import {
  SHOP_PERMISSIONS,
  SHOP_RELATIONS,
  SHOP_RULES,
  SHOP_STATE_MACHINES,
  SHOP_WEBHOOKS,
} from './behaviour.ts';
import { categoryRows, productSeeds } from './catalogue-rows.ts';
import { SHOP_ENTITIES } from './entities.ts';
import { orderRows, reviewRows } from './order-rows.ts';

/** Products, orders and reviews; the buyers are customers of the CRM. */
export function ecommerceDocument(): AppDocument {
  const customers = customerSeeds();
  const products = productSeeds();
  return {
    version: 1,
    description: 'Products, orders and reviews; the buyers are customers of the app `crm`.',
    exports: ['product', 'order'],
    entities: SHOP_ENTITIES,
    relations: SHOP_RELATIONS,
    rules: SHOP_RULES,
    state_machines: SHOP_STATE_MACHINES,
    workflows: [],
    permissions: SHOP_PERMISSIONS,
    webhooks: SHOP_WEBHOOKS,
    ui_configs: [],
    sample_data: {
      category: categoryRows(),
      product: products.map(({ row }) => row),
      ...orderRows(customers, products),
      review: reviewRows(customers, products),
    },
  };
}
