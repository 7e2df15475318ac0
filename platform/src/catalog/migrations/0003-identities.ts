import type { Migration } from '../migrate.ts';

/** Ids of apps, revisions and placements are never used twice, so that anything cached under such an id stays valid. */
export const identities: Migration = {
  number: 3,
  name: 'identities',
  statements: [
    `ALTER TABLE app ADD COLUMN id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()`,
    // Revisions so far were counted for each app, so the ones to come begin above all of them.
    `CREATE SEQUENCE revision_sequence AS integer`,
    `SELECT setval('revision_sequence', max(revision)) FROM app_revision HAVING max(revision) IS NOT NULL`,
    `ALTER TABLE app_revision
       ALTER COLUMN revision SET DEFAULT nextval('revision_sequence'),
       ADD COLUMN number integer CHECK (number >= 1)`,
    `UPDATE app_revision SET number = revision WHERE state IN ('active', 'retired')`,
    `CREATE UNIQUE INDEX app_revision_number ON app_revision (app, number)`,
    // The last epoch of a removed app's name, for the next app that gets the name.
    `CREATE TABLE removed_app (name text PRIMARY KEY, epoch integer NOT NULL)`,
  ],
};
