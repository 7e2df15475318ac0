import type { Migration } from '../migrate.ts';

/** What graph revisions were composed to, which takes seconds; a gateway that starts reads it instead. */
export const compositions: Migration = {
  number: 5,
  name: 'compositions',
  statements: [
    `CREATE TABLE graph_composition (
       graph text PRIMARY KEY REFERENCES graph_revision ON DELETE CASCADE,
       composition json NOT NULL,
       created_at timestamptz NOT NULL DEFAULT now()
     )`,
  ],
};
