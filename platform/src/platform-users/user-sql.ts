import type { Statement } from '../postgres/queryable.ts';
import { REFRESH_TOKEN_TTL_SECONDS } from '../security/refresh-tokens.ts';

export function insertUser(email: string, passwordHash: string): Statement {
  return {
    text: `INSERT INTO platform_user (email, password_hash) VALUES ($1, $2)
           ON CONFLICT (email) DO NOTHING RETURNING id, email, active`,
    values: [email, passwordHash],
  };
}

export function updatePassword(email: string, passwordHash: string): Statement {
  return {
    text: 'UPDATE platform_user SET password_hash = $2 WHERE email = $1 RETURNING id',
    values: [email, passwordHash],
  };
}

export function selectUsers(): Statement {
  return { text: 'SELECT id, email, active FROM platform_user ORDER BY email', values: [] };
}

/**
 * Locked, so that of two removals at once the second does not count the user that the first removed. Always locked in
 * one order, which avoids deadlocks.
 */
export function lockActiveUsers(): Statement {
  return { text: 'SELECT email FROM platform_user WHERE active ORDER BY id FOR UPDATE', values: [] };
}

export function deleteUser(email: string): Statement {
  return { text: 'DELETE FROM platform_user WHERE email = $1 RETURNING id', values: [email] };
}

export function selectUserWithPassword(email: string): Statement {
  return {
    text: 'SELECT id, email, active, password_hash FROM platform_user WHERE email = $1',
    values: [email],
  };
}

export function deleteSessionsOfUser(userId: string): Statement {
  return { text: 'DELETE FROM refresh_session WHERE user_id = $1', values: [userId] };
}

export function deleteExpiredSessions(userId: string): Statement {
  return {
    text: 'DELETE FROM refresh_session WHERE user_id = $1 AND expires_at <= now()',
    values: [userId],
  };
}

/**
 * Returns nothing when the user has another password than the one that was checked, or is gone. Of a login and a change
 * of the password at once, the lock makes one wait: either there is no session, or the change finds and ends it.
 */
export function insertSession(userId: string, passwordHash: string): Statement {
  return {
    text: `WITH checked AS (
             SELECT id FROM platform_user WHERE id = $1 AND password_hash = $2 AND active FOR SHARE)
           INSERT INTO refresh_session (user_id, expires_at)
           SELECT id, now() + make_interval(secs => $3) FROM checked RETURNING id`,
    values: [userId, passwordHash, REFRESH_TOKEN_TTL_SECONDS],
  };
}

export function insertToken(hash: string, sessionId: string): Statement {
  return {
    text: `INSERT INTO refresh_token (hash, session_id, expires_at)
           VALUES ($1, $2, now() + make_interval(secs => $3))`,
    values: [hash, sessionId, REFRESH_TOKEN_TTL_SECONDS],
  };
}

/** Of two uses at once, the second waits for the first and then finds the token consumed. */
export function consumeToken(hash: string): Statement {
  return {
    text: `UPDATE refresh_token t SET consumed_at = now()
           FROM refresh_session s JOIN platform_user u ON u.id = s.user_id
           WHERE t.hash = $1 AND s.id = t.session_id AND t.consumed_at IS NULL AND t.expires_at > now() AND u.active
           RETURNING s.id, u.id, u.email, u.active`,
    values: [hash],
  };
}

/** The session's term is that of its newest token. */
export function extendSession(sessionId: string): Statement {
  return {
    text: 'UPDATE refresh_session SET expires_at = now() + make_interval(secs => $2) WHERE id = $1',
    values: [sessionId, REFRESH_TOKEN_TTL_SECONDS],
  };
}

export function deleteExpiredTokens(sessionId: string): Statement {
  return {
    text: 'DELETE FROM refresh_token WHERE session_id = $1 AND expires_at <= now()',
    values: [sessionId],
  };
}

/** A consumed token was used again: one of its two holders must have stolen it, so all tokens of the session end. */
export function deleteSessionOfConsumedToken(hash: string): Statement {
  return {
    text: `DELETE FROM refresh_session WHERE id =
           (SELECT session_id FROM refresh_token WHERE hash = $1 AND consumed_at IS NOT NULL) RETURNING id`,
    values: [hash],
  };
}

export function deleteSessionOfToken(hash: string): Statement {
  return {
    text: 'DELETE FROM refresh_session WHERE id = (SELECT session_id FROM refresh_token WHERE hash = $1)',
    values: [hash],
  };
}
