/** An app with one note in an installation of its own, looked at from all sides: HTTP, metrics, its database. */
import {
  createDatabase,
  createLogger,
  databaseUrl,
  type PooledDatabase,
  type Statement,
} from '@rocket/platform';
import { appName } from '@rocket/schema';
import { inject } from 'vitest';
import { noteEntity } from './note-entity.ts';
import { type PoolSample, poolSample } from './pool-sample.ts';
import { createWorld, type World } from './world.ts';

const QUERY = 'query Read { notes { title } }';
const DOCUMENT = {
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
  sample_data: { note: [{ id: '00000000-0000-4000-8000-000000000001', title: 'Lorem' }] },
};

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

/** Disposed with the installation that it is in. */
export class NoteApp {
  readonly world: World;
  /** To its database, past the product's pool. */
  readonly outside: PooledDatabase;

  private constructor(world: World, outside: PooledDatabase) {
    this.world = world;
    this.outside = outside;
  }

  /** Every read goes to the database. @param environment settings of the installation's processes */
  static async create(environment: Readonly<Record<string, string>>): Promise<NoteApp> {
    const world = await createWorld({ ROCKET_CACHE: '0', ...environment });
    const imported = await world.importApp('notes', DOCUMENT);
    if (imported.errors.length > 0) throw new Error(JSON.stringify(imported.errors));
    const url = databaseUrl(inject('postgresServerUrl'), await databaseOf(world));
    const logger = createLogger({ level: 'silent', name: 'test' });
    const app = new NoteApp(world, createDatabase({ url, logger, applicationName: 'outside' }));
    // The graph is composed and the operation planned by the first request.
    await app.read();
    return app;
  }

  /** All notes, as the platform's admin, over HTTP. */
  read(signal?: AbortSignal): Promise<HttpAnswer> {
    return this.ask(QUERY, signal);
  }

  /** @param signal closes the connection */
  async ask(query: string, signal?: AbortSignal): Promise<HttpAnswer> {
    const response = await fetch(`${this.world.url}/apps/${this.world.app('notes')}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.world.adminToken}` },
      body: JSON.stringify({ query }),
      ...(signal === undefined ? {} : { signal }),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: await response.json() };
  }

  /** Sends all at once; each answer is reported as soon as it arrives. */
  reads(count: number, onAnswer: (answer: HttpAnswer) => void = () => undefined): Promise<HttpAnswer[]> {
    const one = async (): Promise<HttpAnswer> => {
      const answer = await this.read();
      onAnswer(answer);
      return answer;
    };
    return Promise.all(Array.from({ length: count }, one));
  }

  /** What `/metrics` says of the pool. */
  async sample(): Promise<PoolSample> {
    const headers = { authorization: `Bearer ${this.world.adminToken}` };
    const response = await fetch(`${this.world.url}/metrics`, { headers });
    return poolSample(await response.text(), this.world.app('notes'));
  }

  /** Connections of the product, as the server counts them. */
  async backends(state = '%'): Promise<unknown> {
    const [row] = await this.outside.query(countBackends(state));
    return row?.[0];
  }

  /** While `work` goes on, reads of notes wait. */
  async whileLocked<T>(work: () => Promise<T>): Promise<T> {
    return await this.outside.transaction(async (transaction) => {
      await transaction.query(lockNotes());
      return await work();
    });
  }

  async dispose(): Promise<void> {
    await this.outside.close();
    await this.world.dispose();
  }
}

async function databaseOf(world: World): Promise<string> {
  const { shardMap } = await world.catalog.snapshot();
  const placement = shardMap.placements.get(appName(world.app('notes')));
  if (placement === undefined) throw new Error('The app is on no shard');
  return placement.database;
}

function lockNotes(): Statement {
  return { text: 'LOCK TABLE notes IN ACCESS EXCLUSIVE MODE', values: [] };
}

/** Connections of the product to this database, in a state. */
function countBackends(state: string): Statement {
  return {
    text: `SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'rocket%' AND state LIKE $1`,
    values: [state],
  };
}
