import type { Migration } from '../migrate.ts';

export const changeLease: Migration = {
  number: 4,
  name: 'change lease',
  statements: [
    `CREATE TABLE change_lease (
       only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
       owner uuid NOT NULL,
       holder text NOT NULL,
       expires_at timestamptz NOT NULL
     )`,
  ],
};
