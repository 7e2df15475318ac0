/** The one place where a write becomes a transaction. */
import { type Database, isConnectionError, type Logger, type Transaction } from '@rocket/platform';
import { type AppModel, type Caller, type Revision, RocketError } from '@rocket/schema';
import type { AppOutbox, CommitEvents } from '../outbox/app-outbox.ts';
import { transactionEvents } from '../outbox/transaction-events.ts';
import type { WebhookCaller } from '../webhooks/webhook-caller.ts';
import { askWebhooks } from './webhooks/ask-webhooks.ts';
import { WriteRefused, type WriteResult } from './write-result.ts';
import type { WriteTransaction } from './write-state.ts';

export interface WriteOptions {
  readonly database: Database;
  readonly model: AppModel;
  /** Of the document that the model is of, for what is told of changes; absent when it is not known. */
  readonly revision?: Revision;
  readonly logger: Logger;
  readonly webhooks: WebhookCaller;
  readonly outbox: Pick<AppOutbox, 'write'>;
  /** Called after each commit with the ids of its events, which are decimals. */
  readonly onCommitted?: ((events: readonly string[]) => void) | undefined;
  /** Unix time in ms after which nobody waits; a transaction that has not committed by then is rolled back. */
  readonly deadlineAtMs?: number;
  /** How many workflows have started one another up to this write; absent for a write of a caller. */
  readonly depth?: number;
}

/**
 * `work` resolves with the key of the record that the caller asked for, whichever others it writes. It may be run several
 * times.
 */
export type WriteInTransaction = (
  caller: Caller,
  work: (write: WriteTransaction) => Promise<string>,
) => Promise<WriteResult>;

export function writeTransactions(options: WriteOptions): WriteInTransaction {
  const { database, model, revision, depth, logger, webhooks, outbox, deadlineAtMs, onCommitted } = options;
  const limits = deadlineAtMs === undefined ? {} : { deadlineAtMs };
  return (caller, work) => {
    const run = (commit: CommitEvents) => async (tx: Transaction) => {
      const made = {
        changes: [],
        saved: [],
        creations: [],
        effects: [],
        sent: [],
        touched: new Set<string>(),
      };
      const write: WriteTransaction = { tx, model, caller, logger, now: new Date(), ...made };
      const key = await work(write);
      await askWebhooks(write, { webhooks, ...limits });
      const events = transactionEvents(write, { revision, depth });
      // Where nothing is to be told nothing has changed, and the transaction ends by itself.
      if (events.length === 0) return key;
      const ids = await commit(tx, events);
      onCommitted?.(ids);
      return key;
    };
    return outcome(
      outbox.write((commit) => database.transaction(run(commit), limits)),
      logger,
    );
  };
}

async function outcome(write: Promise<string>, logger: Logger): Promise<WriteResult> {
  try {
    return { ok: true, key: await write };
  } catch (error) {
    if (isLost(error)) {
      // A connection lost before COMMIT was sent means a rollback; if it is lost while waiting for the answer, the
      // outcome is unknown.
      const message = 'The database of this app was lost; whether the write was done has to be read';
      throw new RocketError('SHARD_UNAVAILABLE', message, { cause: error });
    }
    if (!(error instanceof WriteRefused)) throw error;
    logger.debug(
      { errors: error.errors.map(({ code, path, rule }) => ({ code, path, rule })) },
      'write refused',
    );
    return { ok: false, errors: error.errors };
  }
}

/** The app's database reports a lost connection as an outage; for a write the message has to say more. */
function isLost(error: unknown): boolean {
  const cause = error instanceof RocketError && error.code === 'SHARD_UNAVAILABLE' ? error.cause : error;
  return isConnectionError(cause);
}
