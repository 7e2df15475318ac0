/** The way of an app's changes out of its transactions: under a writer of this process, and to the relay. */
import { isPostgresError, POSTGRES_CODES, type Transaction } from '@rocket/platform';
import { completeEvent, type EncodedEvent, epoch, RocketError } from '@rocket/schema';
import { insertEvents, insertedEvent, WRITER_COLUMN } from './outbox-sql.ts';
import type { CommittedEvent } from './relay/publish-events.ts';
import { Relay, type RelayOptions, type RelayStatus } from './relay/relay.ts';
import { AppWriters } from './writers/app-writers.ts';
import type { EventWriter } from './writers/event-writer.ts';
import type { AppWritersOptions } from './writers/writer-options.ts';

/** Writers end while a process is frozen, or cut off; not several times in a row. */
const MAX_ATTEMPTS = 3;

/** Adds the events to the transaction and commits it: the last thing that a transaction does. Resolves with their ids. */
export type CommitEvents = (tx: Transaction, events: readonly EncodedEvent[]) => Promise<readonly string[]>;

export interface AppOutboxOptions extends AppWritersOptions, Pick<RelayOptions, 'checked' | 'maxQueued'> {
  /** Called with the highest position of each batch that was stored. */
  readonly onPublished: (position: number, events: number) => void;
  readonly onRefused: () => void;
  /** Events of this process that may wait for the stream before writes are refused. */
  readonly maxWaiting: number;
}

export interface AppOutbox {
  /**
   * Runs work that makes one transaction, and repeats it when its writer was ended meanwhile.
   * @throws RocketError `EVENTS_BEHIND` when too many events wait, or this process cannot announce that it writes;
   *   `NOT_READY` when it is closing
   */
  write<T>(work: (commit: CommitEvents) => Promise<T>): Promise<T>;
  readonly writers: Pick<AppWriters, 'beat' | 'tend' | 'retire' | 'announceAgain' | 'current'>;
  status(): RelayStatus;
  /** The stream may take events again. */
  wake(): void;
  /** The connection to the stream is lost. */
  lost(): void;
  /** Takes no more writes, publishes what waits and ends the writer. What takes longer is left to others. */
  close(graceMs: number): Promise<void>;
}

/** The writer was ended by somebody else before the transaction could commit. */
class WriterEnded extends Error {
  override readonly name = 'WriterEnded';
}

export function createAppOutbox(options: AppOutboxOptions): AppOutbox {
  const writers = new AppWriters(options);
  const relay = new Relay(options);
  let isClosed = false;

  function admit(): void {
    if (isClosed) throw new RocketError('NOT_READY');
    if (relay.status().waiting < options.maxWaiting) return;
    options.onRefused();
    throw new RocketError('EVENTS_BEHIND');
  }

  async function commit(
    writer: EventWriter,
    tx: Transaction,
    events: readonly EncodedEvent[],
  ): Promise<readonly string[]> {
    const number = writer.commits.begin();
    const end = (): void => writer.commits.end(number);
    try {
      const committed = await insert(writer, tx, events);
      relay.add({ events: committed, committedAtMs: Date.now(), onPublished: end });
      return committed.map(({ id }) => id);
    } catch (error) {
      if (isEnded(error)) {
        end();
        writers.ended(writer);
        throw new WriterEnded('The writer was ended by another process', { cause: error });
      }
      if (wasNotCommitted(error)) end();
      else writers.doubt(writer);
      throw error;
    }
  }

  return {
    writers,
    async write(work) {
      for (let attempt = 1; ; attempt += 1) {
        admit();
        const writer = writers.current ?? (await writers.open());
        try {
          return await writer.run(() => work((tx, events) => commit(writer, tx, events)));
        } catch (error) {
          if (!(error instanceof WriterEnded)) throw error;
          if (attempt === MAX_ATTEMPTS) throw new RocketError('EVENTS_BEHIND', undefined, { cause: error });
        }
      }
    },
    status: () => relay.status(),
    wake: () => relay.wake(),
    lost: () => relay.lost(),
    async close(graceMs) {
      const untilMs = performance.now() + graceMs;
      isClosed = true;
      writers.stop();
      try {
        await relay.drain(graceMs);
        await writers.close(Math.max(0, untilMs - performance.now()));
      } finally {
        relay.close();
      }
    },
  };
}

async function insert(
  writer: EventWriter,
  tx: Transaction,
  events: readonly EncodedEvent[],
): Promise<readonly CommittedEvent[]> {
  const rows = await tx.commitWith(insertEvents(events, writer.id));
  return rows.map((row, index) => {
    const { id, at, ...inserted } = insertedEvent(row);
    const { subject = '', payload = '' } = events[index] ?? {};
    const late = { id, at, epoch: epoch(inserted.epoch) };
    return { subject, payload: completeEvent(payload, late), id, epoch: inserted.epoch };
  });
}

function isEnded(error: unknown): boolean {
  return (
    isPostgresError(error) && error.code === POSTGRES_CODES.notNullViolation && error.column === WRITER_COLUMN
  );
}

/** A report of the server that does not end the connection: it has rolled back. Ours are made before anything is sent. */
function wasNotCommitted(error: unknown): boolean {
  return error instanceof RocketError || (isPostgresError(error) && error.severity === 'ERROR');
}
