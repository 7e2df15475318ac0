/**
 * Access tokens are checked without asking anybody, so a user who must not use theirs any more is told to all gateways
 * with the catalog, which they follow. `revokedAt` is compared with the time of issue that the token carries:
 *
 * - A token counts as issued when the check of its credentials began, to the millisecond, so one that was issued before
 *   the revocation is never accepted, and one of a login that begins a millisecond after it is.
 * - `revokedAt` is by the clock of the catalog's database, the time of issue by that of a gateway. For a user who is
 *   gone, whose id nobody gets again, the revocation is dated ahead, which covers what the clocks differ by and logins
 *   that are under way. For one who stays it is not: where a gateway's clock is ahead by a second, the tokens of the last
 *   second before stay valid, and where it is behind, those of the first second after are refused.
 */
import type { Database, Transaction } from '../postgres/queryable.ts';
import type { Catalog, CatalogSnapshot } from './catalog.ts';
import { deleteOldRevocations, upsertRevokedUser } from './sql/revoked-user-sql.ts';
import { bumpVersion } from './sql/version-sql.ts';

interface Revocation {
  /** The app that issued the tokens, or `platform`. */
  readonly audience: string;
  readonly userId: string;
  /** How much later than now tokens may be issued and are still refused. */
  readonly aheadSeconds: number;
}

export function revocationCommands(database: Database): Pick<Catalog, 'revokeAppUser'> {
  return {
    revokeAppUser: ({ app, userId, aheadSeconds }) =>
      database.transaction((transaction) =>
        recordRevocation(transaction, { audience: app, userId, aheadSeconds }),
      ),
  };
}

/** The last step of a transaction, because it changes the version of the snapshot. */
export async function recordRevocation(
  transaction: Transaction,
  { audience, userId, aheadSeconds }: Revocation,
): Promise<void> {
  await transaction.query(upsertRevokedUser(audience, userId, aheadSeconds));
  await transaction.query(deleteOldRevocations());
  await transaction.query(bumpVersion());
}

/** Whether the user has lost the tokens that they were issued at this time, Unix ms. */
export function isRevoked(
  { revokedUsers }: Pick<CatalogSnapshot, 'revokedUsers'>,
  token: { readonly audience: string; readonly userId: string; readonly issuedAtMs: number },
): boolean {
  const revokedAtMs = revokedUsers.get(token.audience)?.get(token.userId);
  return revokedAtMs !== undefined && token.issuedAtMs <= revokedAtMs;
}
