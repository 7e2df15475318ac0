import {
  buildASTSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
} from 'graphql';
import { type AppModel, appName, type GraphModels, subgraphSdl } from '../../src/index.ts';
import { entity, KEY, manyToMany, model, oneToMany } from './document-fixture.ts';

const CRM = appName('crm');
export const crm = model({ exports: ['customer'], entities: [entity('customer')] }, CRM);
export const shop = model({
  entities: [
    entity(
      'order',
      [
        KEY('customer_id'),
        { name: 'number', type: 'string', unique: true, searchable: true, required: true },
        { name: 'total', type: 'decimal', precision: 2 },
        { name: 'placed_at', type: 'timestamp' },
        { name: 'status', type: 'string', enum: ['open', 'sent'] },
        { name: 'relation', type: 'string', enum: ['own', 'other'] },
        { name: 'extra', type: 'json' },
        { name: 'paper', type: 'file' },
      ],
      { soft_delete: true },
    ),
    entity('order_item', [KEY('order_id'), { name: 'quantity', type: 'int' }]),
    entity('invoice', [KEY('order_id')]),
    entity('tag', [{ name: 'label', type: 'string' }]),
  ],
  relations: [
    oneToMany('customer_orders', ['crm.customer', 'order', 'customer_id']),
    oneToMany('order_items', ['order', 'order_item', 'order_id']),
    oneToMany('order_invoice', ['order', 'invoice', 'order_id'], { type: 'one_to_one' }),
    manyToMany('order_tags', ['order', 'tag']),
  ],
});
export const help = model(
  {
    entities: [
      entity('ticket', [KEY('customer_id'), { name: 'extra', type: 'json' }], { soft_delete: true }),
    ],
    relations: [oneToMany('customer_tickets', ['crm.customer', 'ticket', 'customer_id'])],
  },
  appName('help'),
);

export const graph = (home: string | null, ...models: AppModel[]): GraphModels => ({
  home: home === null ? null : appName(home),
  members: new Map(models.map((each) => [each.app, each])),
});
export const schemaOf = (of: AppModel, within: GraphModels): GraphQLSchema =>
  buildASTSchema(parse(subgraphSdl(of, within)), { assumeValid: true });
export const home = schemaOf(shop, graph('shop', shop));

/** `name(arguments): Type` of each member. */
export const membersOf = (schema: GraphQLSchema, name: string): string[] => {
  const type = schema.getType(name);
  if (isEnumType(type)) return type.getValues().map((value) => value.name);
  if (isInputObjectType(type)) return Object.values(type.getFields()).map(signature);
  if (!isObjectType(type)) throw new Error(`${name} is not in the SDL`);
  return Object.values(type.getFields()).map((field) => {
    const args = field.args.map(signature).join(', ');
    return `${field.name}${args === '' ? '' : `(${args})`}: ${field.type}`;
  });
};

const signature = (member: GraphQLArgument | GraphQLInputField) => `${member.name}: ${member.type}`;
