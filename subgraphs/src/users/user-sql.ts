/** Statements on an app's users and their sessions. */
import { REFRESH_TOKEN_TTL_SECONDS, type Statement } from '@rocket/platform';
import { REFRESH_TOKENS_TABLE, USERS_TABLE } from '../tables/system-tables.ts';

export function insertUser(user: { email: string; passwordHash: string; roles: unknown }): Statement {
  return {
    text: `INSERT INTO ${USERS_TABLE} (email, password_hash, roles) VALUES ($1, $2, $3::jsonb)
ON CONFLICT (email) DO NOTHING RETURNING id, email, roles, active`,
    values: [user.email, user.passwordHash, JSON.stringify(user.roles)],
  };
}

export function selectUsers(): Statement {
  return { text: `SELECT id, email, roles, active FROM ${USERS_TABLE} ORDER BY email`, values: [] };
}

export function selectUser(email: string): Statement {
  return {
    text: `SELECT id, email, roles, active FROM ${USERS_TABLE} WHERE email = $1`,
    values: [email],
  };
}

export function selectUserForLogin(email: string): Statement {
  return {
    text: `SELECT id, email, roles, active, password_hash FROM ${USERS_TABLE} WHERE email = $1`,
    values: [email],
  };
}

export function deleteUser(id: string): Statement {
  return { text: `DELETE FROM ${USERS_TABLE} WHERE id = $1 RETURNING id`, values: [id] };
}

export function insertToken(token: { hash: string; family: string; userId: string }): Statement {
  return {
    text: `INSERT INTO ${REFRESH_TOKENS_TABLE} (token_hash, family, user_id, expires_at)
VALUES ($1, $2, $3, now() + make_interval(secs => $4))`,
    values: [token.hash, token.family, token.userId, REFRESH_TOKEN_TTL_SECONDS],
  };
}

/** Of two uses at once, the second waits for the first and then finds the token consumed. */
export function consumeToken(hash: string): Statement {
  return {
    text: `UPDATE ${REFRESH_TOKENS_TABLE} t SET consumed_at = now() FROM ${USERS_TABLE} u
WHERE t.token_hash = $1 AND t.consumed_at IS NULL AND t.expires_at > now() AND u.id = t.user_id AND u.active
RETURNING t.family, u.id, u.email, u.roles, u.active`,
    values: [hash],
  };
}

/** A consumed token was used again: one of its two holders must have stolen it, so the whole session ends. */
export function deleteFamilyOfConsumed(hash: string): Statement {
  return {
    text: `DELETE FROM ${REFRESH_TOKENS_TABLE} WHERE family IN
(SELECT family FROM ${REFRESH_TOKENS_TABLE} WHERE token_hash = $1 AND consumed_at IS NOT NULL)`,
    values: [hash],
  };
}

export function deleteFamily(hash: string): Statement {
  return {
    text: `DELETE FROM ${REFRESH_TOKENS_TABLE} WHERE family IN (SELECT family FROM ${REFRESH_TOKENS_TABLE} WHERE token_hash = $1)`,
    values: [hash],
  };
}

export function deleteExpiredTokens(userId: string): Statement {
  return {
    text: `DELETE FROM ${REFRESH_TOKENS_TABLE} WHERE user_id = $1 AND expires_at <= now()`,
    values: [userId],
  };
}
