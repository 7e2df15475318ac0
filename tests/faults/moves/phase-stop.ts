/** Stops moves where a step is recorded: just before, by a lock in the catalog, or just after, by a word from it. */

import { createDatabase, createLogger, type PooledDatabase } from '@rocket/platform';
import type { MovePhase } from '@rocket/schema';
import { until } from '../../harness/until.ts';

const LOCK = 230_026;
const CREATE = [
  'CREATE TABLE IF NOT EXISTS test_stop (phase text, note text)',
  `CREATE OR REPLACE FUNCTION test_stop() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF EXISTS (SELECT 1 FROM test_stop s WHERE s.phase = NEW.phase AND s.note IS NOT DISTINCT FROM NEW.note) THEN
       PERFORM pg_advisory_xact_lock(${LOCK});
     END IF;
     RETURN NEW;
   END $$`,
  'DROP TRIGGER IF EXISTS test_stop ON app_move_step',
  'CREATE TRIGGER test_stop BEFORE INSERT ON app_move_step FOR EACH ROW EXECUTE FUNCTION test_stop()',
];
const IS_WAITING = `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted)`;

export interface Stop {
  /** Resolves when a mover wants to record the step, and cannot. */
  reached(): Promise<void>;
  /** It goes on. Does nothing twice. */
  release(): Promise<void>;
}

export interface StoppedStep {
  readonly phase: MovePhase;
  readonly note: string | null;
}

/** @param catalogUrl of the catalog's database. Whoever records the step waits from now on. */
export async function stopBefore(catalogUrl: string, { phase, note }: StoppedStep): Promise<Stop> {
  const database = createDatabase({
    ...{ url: catalogUrl, max: 2 },
    logger: createLogger({ level: 'silent', name: 'test' }),
  });
  for (const text of CREATE) await database.query({ text, values: [] });
  // One whose server was ended has left its own.
  await database.query({ text: 'DELETE FROM test_stop', values: [] });
  await database.query({ text: 'INSERT INTO test_stop VALUES ($1, $2)', values: [phase, note] });
  const released = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = hold(database, held, released.promise);
  await Promise.race([held.promise, holding]);
  return {
    reached: () =>
      until(async () => {
        const [row] = await database.query({ text: IS_WAITING, values: [] });
        return row?.[0] === true;
      }),
    async release() {
      released.resolve();
      // The server may have been ended meanwhile, and the lock with it.
      await holding.catch(() => undefined);
      await database.close();
    },
  };
}

async function hold(
  database: PooledDatabase,
  held: PromiseWithResolvers<void>,
  released: Promise<void>,
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query({ text: 'SET LOCAL idle_in_transaction_session_timeout = 0', values: [] });
    await tx.query({ text: `SELECT pg_advisory_xact_lock(${LOCK})`, values: [] });
    held.resolve();
    await released;
    await tx.query({ text: 'DELETE FROM test_stop', values: [] });
  });
}
