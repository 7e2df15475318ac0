import { PLATFORM_AUDIENCE, RocketError } from '@rocket/schema';
import { z } from 'zod';
import { recordRevocation } from '../catalog/revoked-users.ts';
import type { Database, Row } from '../postgres/queryable.ts';
import { checkEmail, normalizeEmail } from '../security/emails.ts';
import { checkPasswordPolicy, hashPassword } from '../security/passwords.ts';
import { platformSessions } from './platform-sessions.ts';
import type { PlatformUser, PlatformUsers } from './platform-user-types.ts';
import {
  deleteSessionsOfUser,
  deleteUser,
  insertUser,
  lockActiveUsers,
  selectUsers,
  updatePassword,
} from './user-sql.ts';

/** By how much the clocks of gateways may be ahead. Users who are gone never get a token again, so it costs nothing. */
const GONE_AHEAD_SECONDS = 60;

const UserRow = z.tuple([z.string(), z.string(), z.boolean()]);
const IdRow = z.tuple([z.string()]);
const EmailRow = z.tuple([z.string()]);

/** Administrators of the platform, who belong to no app. */
export function platformUsers(database: Database): PlatformUsers {
  return {
    async add({ email, password }) {
      const normal = checkEmail(email);
      checkPasswordPolicy(password);
      const [row] = await database.query(insertUser(normal, await hashPassword(password)));
      if (row === undefined) {
        throw new RocketError('CONFLICT', `There is already a platform user ${normal}`);
      }
      return toUser(row);
    },

    async setPassword({ email, password }) {
      checkPasswordPolicy(password);
      const passwordHash = await hashPassword(password);
      await database.transaction(async (transaction) => {
        const [row] = await transaction.query(updatePassword(normalizeEmail(email), passwordHash));
        if (row === undefined) throw missing(email);
        // Anyone who signed in with the old password is signed out too.
        const [userId] = IdRow.parse(row);
        await transaction.query(deleteSessionsOfUser(userId));
        await recordRevocation(transaction, { audience: PLATFORM_AUDIENCE, userId, aheadSeconds: 0 });
      });
    },

    async list() {
      return (await database.query(selectUsers())).map(toUser);
    },

    remove: (email) =>
      database.transaction(async (transaction) => {
        const active = await transaction.query(lockActiveUsers());
        const normal = normalizeEmail(email);
        if (active.length === 1 && EmailRow.parse(active[0])[0] === normal) throw lastUser(normal);
        const [row] = await transaction.query(deleteUser(normal));
        if (row === undefined) throw missing(email);
        await recordRevocation(transaction, {
          audience: PLATFORM_AUDIENCE,
          userId: IdRow.parse(row)[0],
          aheadSeconds: GONE_AHEAD_SECONDS,
        });
      }),

    ...platformSessions(database),
  };
}

function toUser(row: Row): PlatformUser {
  const [id, email, active] = UserRow.parse(row);
  return { id, email, active };
}

/** Without any user, nobody could sign in any more or add a user. */
function lastUser(email: string): RocketError {
  return new RocketError(
    'CONFLICT',
    `${email} is the last platform user: without them nobody could sign in`,
    {
      details: { hint: 'add another one first with `rocket user add EMAIL`' },
    },
  );
}

function missing(email: string): RocketError {
  return new RocketError('NOT_FOUND', `There is no platform user ${normalizeEmail(email)}`);
}
