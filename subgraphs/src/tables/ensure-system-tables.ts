/** The engine's own tables in databases that are older than some of them. */
import type { Database } from '@rocket/platform';
import { lockActivation } from '../activation/activation-lock.ts';
import { createSystemTables } from './system-tables.ts';
import { WEBHOOK_ATTEMPTS_TABLE } from './webhook-tables.ts';

const ENSURE_MS = 10_000;
/** What has it has all that are older too. */
const NEWEST_TABLE = WEBHOOK_ATTEMPTS_TABLE;

/** For an app that was activated by an older version and that nothing has been written to since. */
export async function ensureSystemTables(database: Database): Promise<void> {
  const text = `SELECT to_regclass('public."${NEWEST_TABLE}"') IS NOT NULL`;
  const limits = { deadlineAtMs: Date.now() + ENSURE_MS };
  const [row] = await database.query({ text, values: [], prepare: true }, limits);
  if (row?.[0] === true) return;
  await database.transaction(async (tx) => {
    // Two that make the same table at once would fail.
    await tx.query(lockActivation());
    await createSystemTables(tx);
  }, limits);
}
