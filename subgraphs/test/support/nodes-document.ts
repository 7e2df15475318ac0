/** Records that all hang on the first one, so that a short query asks for many; and one that is nobody's business. */
import { entity } from './write-app.ts';

export const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const NODES = 520;

export const NODES_DOCUMENT = {
  version: 1,
  entities: [
    entity(
      'node',
      [
        { name: 'name', type: 'string' },
        { name: 'rank', type: 'int' },
        { name: 'extra', type: 'json' },
        { name: 'at', type: 'timestamp' },
        { name: 'parent_id', type: 'uuid' },
        { name: 'secret_id', type: 'uuid' },
      ],
      { max_page_size: 1_000, soft_delete: true },
    ),
    entity('secret', [{ name: 'word', type: 'string' }]),
  ],
  relations: [
    { name: 'node_children', type: 'one_to_many', source: 'node', target: 'node', target_key: 'parent_id' },
    { name: 'secret_nodes', type: 'one_to_many', source: 'secret', target: 'node', target_key: 'secret_id' },
    {
      name: 'node_friends',
      type: 'many_to_many',
      source: 'node',
      target: 'node',
      join_table: 'friends',
      source_join_key: 'left_id',
      target_join_key: 'right_id',
    },
  ],
  permissions: [{ entity: 'node', action: 'read', roles: ['reader'] }],
  sample_data: {
    secret: [{ id: uuid(1), word: 'hidden' }],
    // The first is the parent and a friend of all.
    node: Array.from({ length: NODES }, (_, n) => ({
      id: uuid(n + 1),
      name: `n${n}`,
      rank: n % 3 === 0 ? null : n,
      extra: { n },
      at: '2026-01-01T00:00:00Z',
      parent_id: n === 0 ? null : uuid(1),
      secret_id: uuid(1),
    })),
    friends: Array.from({ length: NODES }, (_, n) => ({ left_id: uuid(n + 1), right_id: uuid(1) })),
  },
};
