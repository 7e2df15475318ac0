import { randomBytes } from 'node:crypto';
import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import type { Database, Statement, Transaction } from '../postgres/queryable.ts';

/** One step of the catalog's tables. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Key of the advisory lock; any number that no other user of the database uses for one. */
const MIGRATION_LOCK = '7043218810529441';
const SECRET_BYTES = 32;

const NumberRow = z.tuple([z.number()]);

/** 256 random bits as text. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * Brings the tables up to date and makes the installation's secrets on first use, in one transaction under a lock:
 * of several processes that start at once, one does the work and the others find it done.
 * @throws RocketError `NOT_READY` when a newer version of the product has migrated the tables further
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(lockMigrations());
    await transaction.query(createMigrationTable());
    const rows = await transaction.query(selectMigrations());
    const applied = new Set(rows.map((row) => NumberRow.parse(row)[0]));
    refuseNewer(applied, migrations);
    for (const migration of migrations) {
      if (!applied.has(migration.number)) await apply(transaction, migration);
    }
    await transaction.query(insertInstallation());
  });
}

async function apply(transaction: Transaction, migration: Migration): Promise<void> {
  for (const text of migration.statements) await transaction.query({ text, values: [] });
  await transaction.query(insertMigration(migration));
}

function refuseNewer(applied: ReadonlySet<number>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.number));
  const unknown = [...applied].filter((number) => !known.has(number));
  if (unknown.length === 0) return;
  throw new RocketError(
    'NOT_READY',
    `The catalog has migration ${unknown.join(', ')} of a newer version of Rocket Graph: start that version`,
  );
}

function lockMigrations(): Statement {
  return { text: 'SELECT pg_advisory_xact_lock($1)', values: [MIGRATION_LOCK] };
}

function createMigrationTable(): Statement {
  const text = `CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
  return { text, values: [] };
}

function selectMigrations(): Statement {
  return { text: 'SELECT number FROM schema_migration', values: [] };
}

function insertMigration(migration: Migration): Statement {
  return {
    text: 'INSERT INTO schema_migration (number, name) VALUES ($1, $2)',
    values: [migration.number, migration.name],
  };
}

function insertInstallation(): Statement {
  return {
    text: `INSERT INTO installation (internal_key, platform_token_secret) VALUES ($1, $2)
           ON CONFLICT DO NOTHING`,
    values: [createSecret(), createSecret()],
  };
}
