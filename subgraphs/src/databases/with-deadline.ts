import { beforeDeadline } from '@rocket/platform';
import type { AppDatabase } from './app-database.ts';

type Limited = Pick<AppDatabase, 'primary' | 'committed'>;

const LONGEST_MS = 30_000;

/**
 * The same database for work that nobody has set a deadline for: what hangs, as with a server that restarts, ends after
 * 30 s unless the statement or transaction says otherwise.
 */
export function withDeadline(database: Limited): Limited {
  const { primary } = database;
  const deadline = () => ({ deadlineAtMs: Date.now() + LONGEST_MS });
  return {
    primary: {
      query: (statement, options) => primary.query(statement, { ...deadline(), ...options }),
      transaction: (work, options) => primary.transaction(work, { ...deadline(), ...options }),
      close: () => primary.close(),
    },
    committed: () => beforeDeadline(Date.now() + LONGEST_MS, database.committed()),
  };
}
