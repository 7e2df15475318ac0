import type { Statement } from '../../postgres/queryable.ts';
import { ACCESS_TOKEN_TTL_SECONDS } from '../../security/access-tokens.ts';

/** Twice as long as any token lives, so that clocks may differ by the life of a token. */
const KEPT_SECONDS = 2 * ACCESS_TOKEN_TTL_SECONDS;

/** True for rows that can still concern a token. */
export const REVOCATION_COUNTS = `revoked_at > now() - make_interval(secs => ${KEPT_SECONDS})`;

/**
 * The time is that of the statement, not of its transaction: a token that is issued while the transaction waits for a
 * lock is one issued before. A revocation never becomes an earlier one.
 */
export function upsertRevokedUser(audience: string, userId: string, aheadSeconds: number): Statement {
  return {
    text: `INSERT INTO revoked_user AS known (audience, user_id, revoked_at)
           VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
           ON CONFLICT (audience, user_id)
             DO UPDATE SET revoked_at = greatest(known.revoked_at, excluded.revoked_at)`,
    values: [audience, userId, aheadSeconds],
  };
}

/** Rows that another transaction is about to delete are left to it. */
export function deleteOldRevocations(): Statement {
  return {
    text: `DELETE FROM revoked_user WHERE (audience, user_id) IN (
             SELECT audience, user_id FROM revoked_user WHERE NOT ${REVOCATION_COUNTS} FOR UPDATE SKIP LOCKED)`,
    values: [],
  };
}
