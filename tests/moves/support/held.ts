/** Ways to hold a move in the middle, each until it is let go. */
import { createDatabase, createLogger, databaseUrl } from '@rocket/platform';
import { inDatabase } from './moves.ts';

export interface Held {
  letGo(): Promise<void>;
}

/**
 * The copy of the table `notes` does not end: a column that was added by hand has a type whose check waits on the target,
 * for as long as the server has a certain role.
 */
export async function holdCopy([server, database]: readonly [string, string]): Promise<Held> {
  const role = `gate_${database}`.replaceAll('-', '_');
  const run = (text: string) => inDatabase([server, database], text);
  await run(`CREATE ROLE ${role}`);
  await run(`CREATE OR REPLACE FUNCTION public.passes(value text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
      WHILE current_database() <> '${database}' AND EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = '${role}')
      LOOP PERFORM pg_sleep(0.02); END LOOP;
      RETURN true;
    END $$`);
  const [known] = await run(`SELECT to_regtype('public.gated') IS NOT NULL`);
  if (known?.[0] !== true) {
    await run('CREATE DOMAIN public.gated AS text CHECK (public.passes(VALUE))');
    await run(`ALTER TABLE notes ADD COLUMN held public.gated DEFAULT 'x'`);
  }
  return { letGo: async () => void (await run(`DROP ROLE IF EXISTS ${role}`)) };
}

/** The fence waits for a transaction that stays open. It has written nothing, so that no slot waits for it. */
export const holdFence = (place: readonly [string, string]) =>
  holdTransaction(place, 'LOCK TABLE notes IN ROW EXCLUSIVE MODE');

/** A slot waits for every transaction of the server that may have written. Holds up the moves of other tests too. */
export const holdSlot = (place: readonly [string, string]) =>
  holdTransaction(place, 'SELECT pg_current_xact_id()');

async function holdTransaction([server, database]: readonly [string, string], text: string): Promise<Held> {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const opened = createDatabase({ url: databaseUrl(server, database), logger, max: 1 });
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const transaction = opened.transaction(async (tx) => {
    await tx.query({ text, values: [] });
    begun.resolve();
    await ended.promise;
  });
  await Promise.race([begun.promise, transaction]);
  return {
    letGo: async () => {
      ended.resolve();
      await transaction;
      await opened.close();
    },
  };
}
