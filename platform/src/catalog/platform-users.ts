import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import type { Database, Row } from '../postgres/types.ts';
import { checkEmail, normalizeEmail } from '../security/emails.ts';
import { checkPasswordPolicy, hashPassword } from '../security/passwords.ts';
import { platformSessions } from './platform-sessions.ts';
import type { PlatformUser, PlatformUsers } from './types.ts';
import { deleteSessionsOfUser, deleteUser, insertUser, selectUsers, updatePassword } from './user-sql.ts';

const UserRow = z.tuple([z.string(), z.string(), z.boolean()]);
const IdRow = z.tuple([z.string()]);

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
        // Whoever learned the old password is out as well.
        await transaction.query(deleteSessionsOfUser(IdRow.parse(row)[0]));
      });
    },

    async list() {
      return (await database.query(selectUsers())).map(toUser);
    },

    async remove(email) {
      const removed = await database.query(deleteUser(normalizeEmail(email)));
      if (removed.length === 0) throw missing(email);
    },

    ...platformSessions(database),
  };
}

function toUser(row: Row): PlatformUser {
  const [id, email, active] = UserRow.parse(row);
  return { id, email, active };
}

function missing(email: string): RocketError {
  return new RocketError('NOT_FOUND', `There is no platform user ${normalizeEmail(email)}`);
}
