import { describe, expect, it } from 'vitest';
import { appName } from '../../src/ids.ts';
import {
  entity,
  type JsonObject,
  KEY,
  linkNames,
  manyToMany,
  model,
  oneToMany,
} from '../support/document-fixture.ts';

const customer = entity('customer');

describe('names of links', () => {
  it.each<[string, JsonObject, Record<string, string[]>]>([
    [
      "a relation's name without its source",
      {
        entities: [entity('ticket'), entity('response', [KEY('ticket_id')])],
        relations: [oneToMany('ticket_responses', ['ticket', 'response', 'ticket_id'])],
      },
      { ticket: ['responses: to_many -> response'], response: ['ticket: to_one -> ticket'] },
    ],
    [
      "the target's plural",
      {
        entities: [customer, entity('ticket', [KEY('customer_id')])],
        relations: [oneToMany('ticket_customer', ['customer', 'ticket', 'customer_id'])],
      },
      { customer: ['tickets: to_many -> ticket'], ticket: ['customer: to_one -> customer'] },
    ],
    [
      'many to many',
      { entities: [entity('post'), entity('tag')], relations: [manyToMany('post_tags', ['post', 'tag'])] },
      { post: ['tags: many_to_many -> tag'], tag: ['posts: many_to_many -> post'] },
    ],
    [
      'a relation to itself',
      {
        entities: [entity('employee', [KEY('manager_id')])],
        relations: [oneToMany('employee_manager', ['employee', 'employee', 'manager_id'])],
      },
      { employee: ['employees: to_many -> employee', 'manager: to_one -> employee'] },
    ],
    [
      'many to many with itself',
      { entities: [entity('person')], relations: [manyToMany('person_friends', ['person', 'person'])] },
      { person: ['friends: many_to_many -> person', 'people: many_to_many -> person'] },
    ],
    [
      'many to many with itself, on a clash',
      { entities: [entity('person')], relations: [manyToMany('friendship', ['person', 'person'])] },
      { person: ['people: many_to_many -> person', 'peopleByRightId: many_to_many -> person'] },
    ],
    [
      'two relations between the same entities',
      {
        entities: [customer, entity('ticket', [KEY('customer_id'), KEY('reporter_id')])],
        relations: [
          oneToMany('reporter', ['customer', 'ticket', 'reporter_id']),
          oneToMany('owner', ['customer', 'ticket', 'customer_id']),
        ],
      },
      {
        customer: ['tickets: to_many -> ticket', 'ticketsByReporterId: to_many -> ticket'],
        ticket: ['customer: to_one -> customer', 'reporter: to_one -> customer'],
      },
    ],
    [
      'a foreign key that does not end in _id',
      {
        entities: [customer, entity('ticket', [KEY('owner')])],
        relations: [oneToMany('r', ['customer', 'ticket', 'owner'])],
      },
      { ticket: ['customer: to_one -> customer'] },
    ],
    [
      'names that fields have taken',
      {
        entities: [
          entity('customer', [{ name: 'tickets', type: 'int' }]),
          entity('ticket', [KEY('customer_id'), { name: 'customer', type: 'string' }]),
        ],
        relations: [oneToMany('r', ['customer', 'ticket', 'customer_id'])],
      },
      {
        customer: ['ticketsByCustomerId: to_many -> ticket'],
        ticket: ['customerIdRecord: to_one -> customer'],
      },
    ],
    [
      'a name whose connection a field has taken',
      {
        entities: [
          entity('customer', [{ name: 'tickets_connection', type: 'int' }]),
          entity('ticket', [KEY('customer_id')]),
        ],
        relations: [oneToMany('r', ['customer', 'ticket', 'customer_id'])],
      },
      { customer: ['ticketsByCustomerId: to_many -> ticket'] },
    ],
    [
      'one to one',
      {
        entities: [customer, entity('profile', [KEY('customer_id')])],
        relations: [oneToMany('r', ['customer', 'profile', 'customer_id'], { type: 'one_to_one' })],
      },
      { customer: ['profile: has_one -> profile'], profile: ['customer: to_one -> customer'] },
    ],
    [
      "the document's own names",
      {
        entities: [customer, entity('ticket', [KEY('customer_id')])],
        relations: [
          oneToMany('r', ['customer', 'ticket', 'customer_id'], {
            graphql: { field: 'cases', inverse_field: 'client' },
          }),
        ],
      },
      { customer: ['cases: to_many -> ticket'], ticket: ['client: to_one -> customer'] },
    ],
    [
      'a word without a plural',
      {
        entities: [customer, entity('media', [KEY('customer_id')])],
        relations: [oneToMany('r', ['customer', 'media', 'customer_id'])],
      },
      { customer: ['mediaList: to_many -> media'] },
    ],
  ])('%s', (_name, document, expected) => {
    const built = model(document);
    for (const [name, links] of Object.entries(expected)) expect(linkNames(built, name)).toEqual(links);
  });

  it('do not depend on the order in which the document is written', () => {
    const entities = [customer, entity('ticket', [KEY('customer_id'), KEY('reporter_id')])];
    const relations = [
      oneToMany('x', ['customer', 'ticket', 'reporter_id']),
      oneToMany('y', ['customer', 'ticket', 'customer_id']),
    ];
    const forwards = model({ entities, relations });
    const backwards = model({ entities: entities.toReversed(), relations: relations.toReversed() });
    expect(linkNames(backwards, 'customer')).toEqual(linkNames(forwards, 'customer'));
  });
});

describe('a relation to another app', () => {
  const built = model(
    {
      entities: [entity('order', [KEY('customer_id')])],
      relations: [oneToMany('customer_orders', ['crm.customer', 'order', 'customer_id'])],
    },
    appName('ecommerce'),
  );

  it('points there from the holder of the key', () => {
    expect(built.refersTo).toEqual(['crm']);
    expect(built.entities.get('order')?.links).toEqual([
      {
        kind: 'to_one',
        relation: 'customer_orders',
        graphqlName: 'customer',
        target: { app: 'crm', entity: 'customer' },
        localField: 'customer_id',
        targetField: 'id',
        isChecked: false,
        onDelete: null,
      },
    ]);
    expect(built.entities.get('order')?.fieldByName.get('customer_id')?.isForeignKey).toBe(true);
  });

  it('gives the other entity a list', () => {
    expect(built.contributions).toEqual([
      {
        on: { app: 'crm', entity: 'customer' },
        link: {
          kind: 'to_many',
          relation: 'customer_orders',
          graphqlName: 'orders',
          target: { app: 'ecommerce', entity: 'order' },
          localField: 'id',
          targetField: 'customer_id',
          onDelete: null,
          writeMode: 'diff',
          defaultOrder: [],
        },
      },
    ]);
  });
});

describe('many relations between two entities', () => {
  it('are numbered in one pass: each number is tried once', { timeout: 10_000 }, () => {
    const count = 8_000;
    const relations = Array.from({ length: count }, (_, index) => oneToMany(`r${index}`, ['a', 'b', 'a_id']));
    const names = linkNames(model({ entities: [entity('a'), entity('b', [KEY('a_id')])], relations }), 'a');
    expect(new Set(names).size).toBe(count);
    expect(names).toContain(`bsByAId${count - 1}: to_many -> b`);
  });
});
