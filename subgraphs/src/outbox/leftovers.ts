/** Events that other processes of the shard committed and did not publish before they died. */
import type { EventBus, Logger } from '@rocket/platform';
import type { AppName, ShardName } from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';
import { settleWriter } from './settle-writer.ts';
import { followSilentWriters } from './silent-writers.ts';
import type { Statements } from './statements.ts';
import { sweepOutbox } from './sweep-outbox.ts';
import { type EnteredWriter, enteredWriter, selectWriters } from './writers-sql.ts';

/** A process beats four times a second. One that lives after all opens another writer. */
const SILENT_MS = 3_000;

export interface LeftoversOptions {
  readonly shard: ShardName;
  readonly process: string;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly statements: Pick<Statements, 'settled'>;
  /** Opens the database of an app that is placed here; null for another app. */
  readonly databaseOf: (app: AppName) => AppDatabase | null;
}

export interface Leftovers {
  /** Publishes what waits in an app's outbox, and finds writers there of which the stream does not know. */
  lookAt(app: AppName, database: AppDatabase): void;
  /** Settles the writers of processes that have fallen silent. Called again and again. */
  settleSilent(): void;
  close(): void;
}

interface Leftover {
  readonly app: AppName;
  readonly writer: string;
  readonly process: string;
}

export function createLeftovers(options: LeftoversOptions): Leftovers {
  const { process, bus, logger, statements, databaseOf } = options;
  const silent = followSilentWriters(options);
  /** Found in databases, with the time by `performance.now()`. Mostly the stream knows of them too. */
  const found = new Map<string, Leftover & { readonly sinceMs: number }>();
  const settling = new Set<string>();
  let isClosed = false;

  async function settle({ app, writer, process: owner }: Leftover): Promise<void> {
    if (settling.has(writer)) return;
    const database = databaseOf(app);
    if (database === null) return;
    settling.add(writer);
    try {
      await settleWriter({ app, database, bus, writer: { id: writer, process: owner } });
      await statements.settled({ app, writer, process: owner });
      found.delete(writer);
      logger.info(
        { app, process: owner },
        'what a silent process had left of the events of an app is published',
      );
    } catch (error) {
      logger.warn({ err: error, app, process: owner }, 'what a silent process left is not published yet');
    } finally {
      settling.delete(writer);
    }
  }

  async function look(app: AppName, database: AppDatabase): Promise<void> {
    const rows = await database.primary.query(selectWriters());
    const others = rows.map(enteredWriter).filter((writer: EnteredWriter) => writer.process !== process);
    const sinceMs = performance.now();
    for (const { id, process: owner } of others) found.set(id, { app, writer: id, process: owner, sinceMs });
    await sweepOutbox({ app, database, bus, of: { writer: null, except: [] } });
  }

  return {
    lookAt(app, database) {
      look(app, database).catch((error: unknown) => {
        // The rows stay in the outbox, and their writer is settled once it is silent.
        logger.debug({ err: error, app }, 'the outbox of an app was not looked through at its opening');
      });
    },
    settleSilent() {
      if (isClosed) return;
      for (const writer of silent.silentFor(SILENT_MS)) void settle(writer);
      for (const leftover of found.values()) {
        // From here on the stream tells when it is silent.
        if (silent.isOpen(leftover.writer)) found.delete(leftover.writer);
        else if (performance.now() - leftover.sinceMs > SILENT_MS) void settle(leftover);
      }
    },
    close() {
      isClosed = true;
      silent.close();
    },
  };
}
