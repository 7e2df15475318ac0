/** Users of the apps on this shard. They live in the app's own database, so that they move with it. */
import { randomUUID } from 'node:crypto';
import {
  checkEmail,
  checkPasswordPolicy,
  createRefreshToken,
  type Database,
  dummyVerify,
  hashPassword,
  hashRefreshToken,
  normalizeEmail,
  type Row,
  type Transaction,
  verifyPassword,
} from '@rocket/platform';
import { type AppUser, type Placed, RocketError, type ShardUsers, type UserSession } from '@rocket/schema';
import { z } from 'zod';
import {
  consumeToken,
  deleteExpiredTokens,
  deleteFamily,
  deleteFamilyOfConsumed,
  deleteUser,
  insertToken,
  insertUser,
  selectUser,
  selectUserForLogin,
  selectUsers,
} from './user-sql.ts';

const Roles = z.record(z.string(), z.array(z.string()));
const UserRow = z.tuple([z.string(), z.string(), Roles, z.boolean()]);
const LoginRow = z.tuple([z.string(), z.string(), Roles, z.boolean(), z.string()]);
const ConsumedRow = z.tuple([z.string(), z.string(), z.string(), Roles, z.boolean()]);

/** @param databaseOf finds an app's database, or throws `WRONG_EPOCH` */
export function createShardUsers(databaseOf: (at: Placed) => Promise<Database>): ShardUsers {
  return {
    login: async (at, { email, password }) => {
      const database = await databaseOf(at);
      const user = await authenticate(database, email, password);
      // One message for all reasons: it must not reveal which e-mails exist.
      if (user === null) throw new RocketError('UNAUTHENTICATED', 'Wrong e-mail or password');
      return database.transaction(async (transaction) => {
        await transaction.query(deleteExpiredTokens(user.id));
        return startSession(transaction, user, randomUUID());
      });
    },
    refresh: async (at, { refreshToken }) => {
      const database = await databaseOf(at);
      // The end of a stolen session has to be committed, so no error is thrown inside the transaction.
      const session = await database.transaction((transaction) => rotate(transaction, refreshToken));
      if (session !== null) return session;
      throw new RocketError('UNAUTHENTICATED', 'The refresh token is not valid any more');
    },
    logout: async (at, { refreshToken }) => {
      await (await databaseOf(at)).query(deleteFamily(hashRefreshToken(refreshToken)));
    },
    list: async (at) => (await (await databaseOf(at)).query(selectUsers())).map(toUser),
    add: async (at, { email, password, roles }) => {
      const normal = checkEmail(email);
      checkPasswordPolicy(password);
      const database = await databaseOf(at);
      const passwordHash = await hashPassword(password);
      const [row] = await database.query(insertUser({ email: normal, passwordHash, roles }));
      if (row === undefined) throw new RocketError('CONFLICT', `There is already a user ${normal}`);
      return toUser(row);
    },
    find: async (at, { email }) => {
      const [row] = await (await databaseOf(at)).query(selectUser(normalizeEmail(email)));
      if (row === undefined) throw new RocketError('NOT_FOUND', `There is no user ${normalizeEmail(email)}`);
      return toUser(row);
    },
    remove: async (at, { id }) => {
      const removed = await (await databaseOf(at)).query(deleteUser(id));
      if (removed.length === 0) throw new RocketError('NOT_FOUND', 'The user is gone already');
    },
  };
}

async function authenticate(database: Database, email: string, password: string): Promise<AppUser | null> {
  const [row] = await database.query(selectUserForLogin(normalizeEmail(email)));
  if (row === undefined) {
    await dummyVerify(password);
    return null;
  }
  const [id, normal, roles, active, passwordHash] = LoginRow.parse(row);
  const matches = await verifyPassword(passwordHash, password);
  return matches && active ? { id, email: normal, roles, active } : null;
}

/** Null when the token is unknown, expired or was used before; in the last case its session is ended. */
async function rotate(transaction: Transaction, refreshToken: string): Promise<UserSession | null> {
  const hash = hashRefreshToken(refreshToken);
  const [row] = await transaction.query(consumeToken(hash));
  if (row === undefined) {
    await transaction.query(deleteFamilyOfConsumed(hash));
    return null;
  }
  const [family, id, email, roles, active] = ConsumedRow.parse(row);
  return startSession(transaction, { id, email, roles, active }, family);
}

async function startSession(transaction: Transaction, user: AppUser, family: string): Promise<UserSession> {
  const refreshToken = createRefreshToken();
  await transaction.query(insertToken({ hash: hashRefreshToken(refreshToken), family, userId: user.id }));
  return { user, refreshToken };
}

function toUser(row: Row): AppUser {
  const [id, email, roles, active] = UserRow.parse(row);
  return { id, email, roles, active };
}
