import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import type { Database, Transaction } from '../postgres/queryable.ts';
import { normalizeEmail } from '../security/emails.ts';
import { dummyVerify, verifyPassword } from '../security/passwords.ts';
import { createRefreshToken, hashRefreshToken } from '../security/refresh-tokens.ts';
import type { PlatformUser, PlatformUsers } from './platform-user-types.ts';
import {
  consumeToken,
  deleteExpiredSessions,
  deleteExpiredTokens,
  deleteSessionOfConsumedToken,
  deleteSessionOfToken,
  extendSession,
  insertSession,
  insertToken,
  selectUserWithPassword,
} from './user-sql.ts';

const IdRow = z.tuple([z.string()]);
const LoginRow = z.tuple([z.string(), z.string(), z.boolean(), z.string()]);
const ConsumedRow = z.tuple([z.string(), z.string(), z.string(), z.boolean()]);

interface Session {
  readonly user: PlatformUser;
  readonly refreshToken: string;
}

interface Authenticated {
  readonly user: PlatformUser;
  /** That of the password they gave. */
  readonly passwordHash: string;
}

/** Sessions of platform users: each login starts one, each refresh replaces its one valid token. */
export function platformSessions(database: Database): Pick<PlatformUsers, 'login' | 'refresh' | 'logout'> {
  return {
    async login({ email, password }) {
      const known = await authenticate(database, email, password);
      const session =
        known === null ? null : await database.transaction((transaction) => startSession(transaction, known));
      // One message for all reasons: it must not reveal which e-mails exist.
      if (session === null) throw new RocketError('UNAUTHENTICATED', 'Wrong e-mail or password');
      return session;
    },

    async refresh(refreshToken) {
      // The end of a stolen session has to be committed, so no error is thrown inside the transaction.
      const session = await database.transaction((transaction) => rotate(transaction, refreshToken));
      if (session !== null) return session;
      throw new RocketError('UNAUTHENTICATED', 'The refresh token is not valid any more');
    },

    async logout(refreshToken) {
      await database.query(deleteSessionOfToken(hashRefreshToken(refreshToken)));
    },
  };
}

async function authenticate(
  database: Database,
  email: string,
  password: string,
): Promise<Authenticated | null> {
  const [row] = await database.query(selectUserWithPassword(normalizeEmail(email)));
  if (row === undefined) {
    await dummyVerify(password);
    return null;
  }
  const [id, normal, active, passwordHash] = LoginRow.parse(row);
  const matches = await verifyPassword(passwordHash, password);
  return matches && active ? { user: { id, email: normal, active }, passwordHash } : null;
}

/** Null when the user has got another password meanwhile, or was removed. */
async function startSession(
  transaction: Transaction,
  { user, passwordHash }: Authenticated,
): Promise<Session | null> {
  // First, since it locks the user: whoever changes one locks them before their sessions.
  const [row] = await transaction.query(insertSession(user.id, passwordHash));
  if (row === undefined) return null;
  await transaction.query(deleteExpiredSessions(user.id));
  return { user, refreshToken: await issueToken(transaction, IdRow.parse(row)[0]) };
}

/** Null when the token is unknown, expired or was used before; in the last case its session is ended. */
async function rotate(transaction: Transaction, refreshToken: string): Promise<Session | null> {
  const hash = hashRefreshToken(refreshToken);
  const [row] = await transaction.query(consumeToken(hash));
  if (row === undefined) {
    await transaction.query(deleteSessionOfConsumedToken(hash));
    return null;
  }
  const [sessionId, id, email, active] = ConsumedRow.parse(row);
  await transaction.query(deleteExpiredTokens(sessionId));
  await transaction.query(extendSession(sessionId));
  return { user: { id, email, active }, refreshToken: await issueToken(transaction, sessionId) };
}

async function issueToken(transaction: Transaction, sessionId: string): Promise<string> {
  const token = createRefreshToken();
  await transaction.query(insertToken(hashRefreshToken(token), sessionId));
  return token;
}
