import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import {
  createDatabase,
  createLogger,
  type DatabaseOptions,
  type PooledDatabase,
  type Row,
} from '../../src/index.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

export const sql = (text: string, ...values: unknown[]) => ({ text, values });
export const prepared = (text: string, ...values: unknown[]) => ({ text, values, prepare: true });

/** A database of a test with the pools it opened on it; disposed together. */
export class DatabaseFixture {
  readonly place: TestDatabase;
  readonly #opened: PooledDatabase[] = [];

  private constructor(place: TestDatabase) {
    this.place = place;
  }

  static async create(): Promise<DatabaseFixture> {
    return new DatabaseFixture(await createTestDatabase());
  }

  open(options: Partial<DatabaseOptions> = {}): PooledDatabase {
    const database = createDatabase({ url: this.place.url, logger, ...options });
    this.#opened.push(database);
    return database;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#opened.map((database) => database.close()));
    await this.place.dispose();
  }
}

/** The connections to the database of `observer` that are running `text` now. */
export function running(observer: PooledDatabase, text: string): Promise<readonly Row[]> {
  return observer.query(
    sql(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1`,
      `%${text}%`,
    ),
  );
}
