/** Events that other processes of the shard committed and did not publish before they died. */
import type { EventBus, Logger } from '@rocket/platform';
import type { AppName, ShardName } from '@rocket/schema';
import type { AppStream } from '../app-stream.ts';
import { settleWriter } from './settle-writer.ts';
import { followSilentWriters } from './silent-writers.ts';
import type { Statements } from './statements.ts';
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
  readonly databaseOf: (app: AppName) => AppStream['database'] | null;
  /** There is no such app any more, as far as this process knows. */
  readonly isRemoved: (app: AppName) => boolean;
  /** Resolves when something of an opened app may be published; see {@link PublishedCheck}. */
  readonly checked: (app: AppName) => Promise<void>;
}

export interface Leftovers {
  /** Finds writers in an app's database of which the stream does not know. */
  lookAt(app: AppName, database: AppStream['database']): void;
  /** Settles the writers of processes that have fallen silent. Called again and again. */
  settleSilent(): void;
  /** There are writers of others, whose silence means something only beside what this process says itself. */
  readonly hasOthers: boolean;
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
    settling.add(writer);
    try {
      const database = databaseOf(app);
      if (database === null) {
        // With its database all that was left is gone. An app that has moved is not ours to judge.
        if (options.isRemoved(app)) await statements.settled({ app, writer, process: owner });
        found.delete(writer);
        return;
      }
      await options.checked(app);
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

  async function look(app: AppName, database: AppStream['database']): Promise<void> {
    const rows = await database.primary.query(selectWriters());
    const others = rows.map(enteredWriter).filter((writer: EnteredWriter) => writer.process !== process);
    const sinceMs = performance.now();
    for (const { id, process: owner } of others) found.set(id, { app, writer: id, process: owner, sinceMs });
  }

  return {
    lookAt(app, database) {
      look(app, database).catch((error: unknown) => {
        // Mostly the stream knows of them too.
        logger.debug({ err: error, app }, 'the writers of an app were not looked through at its opening');
      });
    },
    settleSilent() {
      if (isClosed) return;
      for (const writer of silent.silentFor(SILENT_MS)) void settle(writer);
      for (const leftover of found.values()) {
        // From here on the stream tells when it is silent.
        if (silent.isOpen(leftover.writer)) found.delete(leftover.writer);
        else if (silent.isHeardFor(SILENT_MS, leftover.sinceMs)) void settle(leftover);
      }
    },
    get hasOthers() {
      return silent.hasOpen || found.size > 0;
    },
    close() {
      isClosed = true;
      silent.close();
    },
  };
}
