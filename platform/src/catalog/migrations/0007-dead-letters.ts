import type { Migration } from '../migrate.ts';

/** Messages that a consumer could not handle, until somebody has them handled again or drops them. */
export const deadLetters: Migration = {
  number: 7,
  name: 'dead letters',
  statements: [
    // The app is no reference: letters outlive their app, so that nothing goes without having been looked at.
    `CREATE TABLE dead_letter (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       consumer text NOT NULL,
       message text NOT NULL,
       app text,
       subject text NOT NULL,
       payload text NOT NULL,
       position bigint NOT NULL,
       cause text NOT NULL,
       died_at timestamptz NOT NULL DEFAULT now(),
       UNIQUE (consumer, message)
     )`,
  ],
};
