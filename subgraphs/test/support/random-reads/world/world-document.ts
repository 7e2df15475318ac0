/** The app that random reads are made on: every kind of relation, every type of key, and rules that hide records. */
import { entity } from '../../write-app.ts';

/** Key and foreign key that no record answers to. */
export const DANGLING_TEAM = 99;

export const personId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const labelId = (n: number): string => `10000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Who reads: an admin, somebody who sees what is open to all viewers, the owner of records, and both of these. */
export const OWNER_ID = personId(2);

const TASK_FIELDS = [
  { name: 'title', type: 'string' },
  { name: 'status', type: 'string', enum: ['draft', 'live', 'gone'] },
  { name: 'person_id', type: 'uuid' },
  { name: 'count', type: 'int' },
  { name: 'serial', type: 'bigint' },
  { name: 'price', type: 'decimal', precision: 2 },
  { name: 'amount', type: 'decimal' },
  { name: 'ratio', type: 'float' },
  { name: 'open', type: 'boolean' },
  { name: 'token', type: 'uuid' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'extra', type: 'json' },
];

const everything = (role: string, entities: readonly string[]) =>
  entities.map((name) => ({ entity: name, action: 'read', roles: [role] }));

export const WORLD_DOCUMENT = {
  version: 1,
  entities: [
    entity(
      'team',
      [
        { name: 'title', type: 'string' },
        { name: 'budget', type: 'decimal', precision: 2 },
      ],
      { keyType: 'int', generated: false, max_page_size: 3 },
    ),
    entity(
      'person',
      [
        { name: 'name', type: 'string' },
        { name: 'age', type: 'int' },
        { name: 'team_id', type: 'int' },
        { name: 'boss_id', type: 'uuid' },
      ],
      { soft_delete: true, max_page_size: 50 },
    ),
    entity(
      'badge',
      [
        { name: 'person_id', type: 'uuid' },
        { name: 'code', type: 'string' },
      ],
      {
        keyType: 'string',
        generated: false,
      },
    ),
    entity('task', TASK_FIELDS, {
      keyType: 'bigint',
      generated: false,
      soft_delete: true,
      max_page_size: 20,
    }),
    entity('label', [
      { name: 'word', type: 'string', required: true },
      { name: 'rank', type: 'int' },
    ]),
  ],
  relations: [
    { name: 'team_people', type: 'one_to_many', source: 'team', target: 'person', target_key: 'team_id' },
    { name: 'person_boss', type: 'one_to_many', source: 'person', target: 'person', target_key: 'boss_id' },
    { name: 'person_badge', type: 'one_to_one', source: 'person', target: 'badge', target_key: 'person_id' },
    {
      name: 'person_tasks',
      type: 'one_to_many',
      source: 'person',
      target: 'task',
      target_key: 'person_id',
      order_by: [{ field: 'count', direction: 'desc' }, { field: 'title' }],
    },
    {
      name: 'task_labels',
      type: 'many_to_many',
      source: 'task',
      target: 'label',
      join_table: 'task_labels',
      source_join_key: 'task_id',
      target_join_key: 'label_id',
    },
  ],
  permissions: [
    {
      entity: 'task',
      action: 'read',
      roles: ['viewer'],
      conditions: [{ field: 'status', operator: 'neq', value: 'draft' }],
    },
    {
      entity: 'person',
      action: 'read',
      roles: ['viewer'],
      conditions: [{ field: 'age', operator: 'gt', value: 0 }],
    },
    {
      entity: 'label',
      action: 'read',
      roles: ['viewer'],
      conditions: [{ field: 'rank', operator: 'in', value: [1, 2] }],
    },
    {
      entity: 'badge',
      action: 'read',
      roles: ['viewer'],
      conditions: [{ field: 'code', operator: 'like', value: 'a%' }],
    },
    ...everything('viewer', ['team']),
    {
      entity: 'task',
      action: 'read',
      roles: ['owner'],
      conditions: [{ field: 'person_id', operator: 'eq', value: { user: 'id' } }],
    },
    {
      entity: 'person',
      action: 'read',
      roles: ['owner'],
      conditions: [{ field: 'id', operator: 'neq', value: { user: 'id' } }],
    },
    ...everything('owner', ['team', 'label', 'badge']),
  ],
};
