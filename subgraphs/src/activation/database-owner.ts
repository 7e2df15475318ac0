/**
 * Which app owns a database. The database itself states it, in `_meta`: by the name alone, an import could write into a
 * database of another installation or of an unknown owner, and a removal could drop it.
 */
import type { Database, Queryable, Statement, Transaction } from '@rocket/platform';
import { type AppId, type AppName, appId, appName, RocketError } from '@rocket/schema';
import { z } from 'zod';
import { IS_OWN_TABLE, isOwn } from '../tables/own-tables.ts';
import { createMetaTable } from '../tables/system-tables.ts';
import { lockActivation } from './activation-lock.ts';
import { isActivated, readRevision, selectMeta, upsertMeta } from './meta.ts';

const OWNER_KEY = 'owner';

const Owner = z.object({
  app: z.string().transform(appName),
  id: z.string().transform(appId),
  /**
   * True when it was created for the app. A database that existed before, empty, is not dropped when the app's first
   * import fails.
   */
  created: z.boolean(),
});
type DatabaseOwner = z.infer<typeof Owner>;

export interface Claim {
  readonly app: AppName;
  readonly id: AppId;
  /** Name of the database, for messages. */
  readonly name: string;
  /** True when it was created just now, for this app. */
  readonly created: boolean;
  /**
   * True when the app has been served from it: then it is the app's, even if it was created before databases stated
   * their owner.
   */
  readonly wasServed: boolean;
}

/**
 * Marks a database as the app's, unless it is already.
 * @throws RocketError `CONFLICT` when it belongs to another app, or has contents but no mark
 */
export async function claimDatabase(database: Database, claim: Claim): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(lockActivation());
    const owner = await readOwner(tx);
    if (owner?.id === claim.id) return;
    if (!(await mayTake(tx, owner, claim))) throw notOurs(claim.name);
    await tx.query(createMetaTable());
    const { app, id, created } = claim;
    await tx.query(upsertMeta(OWNER_KEY, { app, id, created } satisfies DatabaseOwner));
  });
}

/** Null for a database that does not state its owner. */
export async function readOwner(database: Queryable): Promise<DatabaseOwner | null> {
  if (!(await isActivated(database))) return null;
  const [row] = await database.query(selectMeta(OWNER_KEY));
  return row === undefined ? null : Owner.parse(row[0]);
}

/** Removes everything that an import put into a database that existed before it. */
export async function emptyDatabase(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(lockActivation());
    const tables = z.array(z.tuple([z.string()])).parse(await tx.query(selectTables()));
    for (const [table] of tables)
      await tx.query({ text: `DROP TABLE IF EXISTS ${table} CASCADE`, values: [] });
  });
}

function notOurs(name: string): RocketError {
  return new RocketError(
    'CONFLICT',
    `Database ${name} on the shard's Postgres does not belong to this app: it is another installation's, or was left behind`,
    { details: { hint: `rename or drop database ${name}, or give the app another name` } },
  );
}

async function mayTake(tx: Transaction, owner: DatabaseOwner | null, claim: Claim): Promise<boolean> {
  // A database that was marked for an app of this name and never activated contains only the mark.
  if (owner !== null) return owner.app === claim.app && (await readRevision(tx)) === null;
  const { wasServed } = claim;
  if (wasServed && (await isActivated(tx))) return true;
  return await isEmpty(tx);
}

/** Extensions do not count. */
export async function isEmpty(database: Queryable): Promise<boolean> {
  return (await database.query(selectAnyRelation())).length === 0;
}

/** Ignores the relations of extensions. */
function selectAnyRelation(): Statement {
  return {
    text: `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
             AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
             AND ${isOwn('pg_class', 'c.oid')}
           LIMIT 1`,
    values: [],
  };
}

/** Names quoted for SQL. */
function selectTables(): Statement {
  return {
    text: `SELECT format('%I.%I', 'public', c.relname) FROM pg_class c WHERE ${IS_OWN_TABLE}`,
    values: [],
  };
}
