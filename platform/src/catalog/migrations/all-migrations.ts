import type { Migration } from '../migrate.ts';
import { foundation } from './0001-foundation.ts';
import { replicas } from './0002-replicas.ts';
import { identities } from './0003-identities.ts';
import { changeLease } from './0004-change-lease.ts';
import { compositions } from './0005-compositions.ts';
import { revokedUsers } from './0006-revoked-users.ts';
import { deadLetters } from './0007-dead-letters.ts';
import { moves } from './0008-moves.ts';

/** In order; numbers rise and are never used again. A migration that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  foundation,
  replicas,
  identities,
  changeLease,
  compositions,
  revokedUsers,
  deadLetters,
  moves,
];
