import { describe, expect, it } from 'vitest';
import { parseDistinctOn } from '../../src/where/parse-distinct.ts';
import { parseOrderBy } from '../../src/where/parse-order.ts';
import { entity, entityOf, KEY, manyToMany, model, oneToMany } from '../support/document-fixture.ts';
import { ADMIN, ANONYMOUS, refusal, scopeOf, signedIn } from '../support/scope-fixture.ts';

const NAME = { name: 'name', type: 'string' };
const FIELDS = [NAME, { name: 'rank', type: 'int' }, { name: 'meta', type: 'json' }];
const PLAN = { name: 'plan', type: 'file' };
const MODEL = model({
  entities: [
    entity('team', [NAME]),
    entity('user', [NAME, KEY('team_id')]),
    entity('task', [...FIELDS, PLAN, KEY('owner_id'), KEY('tester_id'), KEY('parent_id'), KEY('ticket_id')]),
    entity('report', [NAME, KEY('task_id')]),
    entity('tag', [NAME]),
  ],
  relations: [
    oneToMany('team_users', ['team', 'user', 'team_id']),
    oneToMany('owned', ['user', 'task', 'owner_id']),
    oneToMany('tested', ['user', 'task', 'tester_id']),
    oneToMany('subtasks', ['task', 'task', 'parent_id'], { graphql: { inverse_field: 'parent' } }),
    { ...oneToMany('task_report', ['task', 'report', 'task_id']), type: 'one_to_one' },
    manyToMany('task_tags', ['task', 'tag']),
    oneToMany('ticket_tasks', ['helpdesk.ticket', 'task', 'ticket_id']),
  ],
  permissions: [
    {
      entity: 'user',
      action: 'read',
      roles: ['member'],
      conditions: [{ field: 'name', operator: 'neq', value: 'ghost' }],
    },
  ],
});
const TASK = entityOf(MODEL, 'task');
const order = (orderBy: unknown, caller = ADMIN) => parseOrderBy(orderBy, TASK, scopeOf(MODEL, caller));
/** `owner.team.name DESC` for each key. */
const shown = (orderBy: unknown, caller = ADMIN) =>
  order(orderBy, caller).map(({ via, field, descending }) => {
    const path = [...via.map(({ link }) => link.graphqlName), field.graphqlName].join('.');
    return `${path} ${descending ? 'DESC' : 'ASC'}`;
  });

describe('orderBy', () => {
  it.each([undefined, null, []])('is by the key when %j', (orderBy) => {
    expect(shown(orderBy)).toEqual(['id ASC']);
  });

  it('ends in the key, so that the order is total', () => {
    expect(shown([{ rank: 'DESC' }, { name: 'ASC' }, { rank: 'ASC' }])).toEqual([
      'rank DESC',
      'name ASC',
      'id ASC',
    ]);
    expect(shown([{ id: 'DESC' }, { name: 'ASC' }])).toEqual(['id DESC', 'name ASC']);
  });

  it('goes through relations to one record', () => {
    expect(shown([{ owner: { team: { name: 'DESC' } } }, { owner: { name: 'ASC' } }])).toEqual([
      'owner.team.name DESC',
      'owner.name ASC',
      'id ASC',
    ]);
    expect(order([{ owner: { name: 'ASC' } }], signedIn('member'))[0]?.via).toMatchObject([
      {
        link: { kind: 'to_one', localField: 'owner_id' },
        target: { name: 'user' },
        access: { kind: 'compare', operator: 'ne', value: 'ghost' },
      },
    ]);
  });

  it('drops what sorts by the same again, and only that', () => {
    expect(
      shown([
        { owner: { name: 'ASC' } },
        { tester: { name: 'ASC' } },
        { owner: { name: 'DESC' } },
        { name: 'ASC' },
      ]),
    ).toEqual(['owner.name ASC', 'tester.name ASC', 'name ASC', 'id ASC']);
  });

  it('takes the key of another record for another key', () => {
    expect(shown([{ parent: { id: 'ASC' } }])).toEqual(['parent.id ASC', 'id ASC']);
  });

  it.each<[unknown, string]>([
    [
      [{ rank: 'ASC', name: 'ASC' }],
      'orderBy[0] must have exactly one key; write [{a: ASC}, {b: DESC}] for several',
    ],
    [[{ rank: 'ASC' }, {}], 'orderBy[1] must have exactly one key; write [{a: ASC}, {b: DESC}] for several'],
    [[null], 'orderBy[0] must have exactly one key; write [{a: ASC}, {b: DESC}] for several'],
    [
      [{ owner: null }],
      'orderBy[0].owner must have exactly one key; write [{a: ASC}, {b: DESC}] for several',
    ],
    [
      [{ owner: 'ASC' }],
      'orderBy[0].owner must have exactly one key; write [{a: ASC}, {b: DESC}] for several',
    ],
    [
      [{ owner: { name: 'ASC', id: 'ASC' } }],
      'orderBy[0].owner must have exactly one key; write [{a: ASC}, {b: DESC}] for several',
    ],
    [[{ rank: 'UP' }], 'orderBy[0].rank must be ASC or DESC'],
    [[{ rank: null }], 'orderBy[0].rank must be ASC or DESC'],
    [[{ age: 'ASC' }], 'orderBy[0].age is not a field'],
    [[{ owner: { rank: 'ASC' } }], 'orderBy[0].owner.rank is not a field'],
    [[{ meta: 'ASC' }], 'orderBy[0].meta is a json value, which has no order'],
    [[{ plan: 'ASC' }], 'orderBy[0].plan is a file value, which has no order'],
    [
      [{ report: { name: 'ASC' } }],
      'orderBy[0].report cannot be ordered by: only a relation whose foreign key is here can',
    ],
    [
      [{ tags: { name: 'ASC' } }],
      'orderBy[0].tags cannot be ordered by: only a relation whose foreign key is here can',
    ],
    [
      [{ ticket: { id: 'ASC' } }],
      'orderBy[0].ticket belongs to another app, where filters and orders do not reach',
    ],
  ])('refuses %j', (orderBy, message) => {
    expect(refusal(() => order(orderBy))).toMatchObject({ code: 'BAD_USER_INPUT', message });
  });

  it('goes through four relations and no more', () => {
    const up = (steps: number): unknown => (steps === 0 ? { name: 'ASC' } : { parent: up(steps - 1) });
    expect(shown([up(4)])).toEqual(['parent.parent.parent.parent.name ASC', 'id ASC']);
    expect(refusal(() => order([up(5)])).message).toBe(
      'orderBy[0].parent.parent.parent.parent.parent goes through more than 4 relations',
    );
  });

  it('does not sort by what the caller may not read', () => {
    const path = ['orderBy', '1', 'owner', 'team'];
    const byTeam = [{ rank: 'ASC' }, { owner: { team: { name: 'ASC' } } }];
    expect(refusal(() => order(byTeam, signedIn('member')))).toEqual({
      code: 'FORBIDDEN',
      message: 'orderBy[1].owner.team: you may not read team',
      path,
    });
    expect(refusal(() => order([{ owner: { name: 'ASC' } }], ANONYMOUS))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'orderBy[0].owner: sign in to read user',
    });
  });
});

describe('distinctOn', () => {
  const distinct = (value: unknown) => parseDistinctOn(value, TASK).map(({ name }) => name);

  it('names fields by their GraphQL names', () => {
    expect(distinct(['ownerId', 'name'])).toEqual(['owner_id', 'name']);
    expect(distinct(undefined)).toEqual([]);
  });

  const empty = 'distinctOn must be a list with at least one field; leave it out to get all records';
  it.each([
    [null, empty],
    [[], empty],
    ['name', empty],
    [['name', 'age'], 'distinctOn[1] is not a field'],
    [['owner'], 'distinctOn[0] is not a field'],
    [[null], 'distinctOn[0] is not a field'],
    [['meta'], 'distinctOn[0] is a json value, which has no order'],
    [['name', 'rank', 'name'], 'distinctOn[2] repeats name'],
    [new Array(17).fill('name'), 'distinctOn may have at most 16 fields'],
  ])('refuses %j', (value, message) => {
    expect(refusal(() => distinct(value))).toMatchObject({ code: 'BAD_USER_INPUT', message });
  });
});
