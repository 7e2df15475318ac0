/** The app of this scenario: items are written by the hundred, and each is told to one of the addresses. */
import type { AppDocument, AppName } from '@rocket/schema';
import { parseShop } from '../data/shop-document.ts';

const KEY = { field: 'id', type: 'uuid', generated: true };
const ID = { name: 'id', type: 'uuid', required: true };

const ENTITIES = [
  {
    ...{ name: 'batch', table: 'batches', primary_key: KEY },
    fields: [ID, { name: 'label', type: 'string', required: true }],
  },
  {
    ...{ name: 'item', table: 'items', primary_key: KEY },
    fields: [
      ID,
      { name: 'batch_id', type: 'uuid', required: true },
      { name: 'lane', type: 'int', required: true },
      { name: 'title', type: 'string', required: true },
    ],
  },
];

const RELATIONS = [
  {
    ...{ name: 'batch_items', type: 'one_to_many', source: 'batch', target: 'item' },
    ...{ target_key: 'batch_id', on_delete: 'cascade' },
  },
];

/** @param urls the first is told of the items of lane 0, and so on */
export function webhookDocument(app: AppName, urls: readonly string[]): AppDocument {
  const webhooks = urls.map((url, lane) => ({
    ...{ entity: 'item', hook: 'after_write', url },
    // One that is told of everything needs no condition.
    ...(urls.length === 1 ? {} : { condition: `record.lane === ${lane}` }),
  }));
  return parseShop(app, { version: 1, entities: ENTITIES, relations: RELATIONS, webhooks });
}
