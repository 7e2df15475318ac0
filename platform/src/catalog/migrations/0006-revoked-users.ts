import type { Migration } from '../migrate.ts';

/** Users whose access tokens are refused, although nobody would see from the tokens alone that they have to be. */
export const revokedUsers: Migration = {
  number: 6,
  name: 'revoked users',
  statements: [
    // The audience is that of the tokens: an app, or the platform. Rows outlive their app; they are forgotten in time.
    `CREATE TABLE revoked_user (
       audience text NOT NULL,
       user_id text NOT NULL,
       revoked_at timestamptz NOT NULL,
       PRIMARY KEY (audience, user_id)
     )`,
  ],
};
