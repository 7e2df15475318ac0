/**
 * The life of a write, on one screen. Everything from the first query to the last runs in one transaction; a step that
 * refuses rolls everything back.
 *
 *   permission -> unknown fields -> types, required, enum -> rules -> state machines -> slug and files -> references
 *     -> SQL -> permission on the result -> the same for nested children -> before webhooks -> outbox -> commit
 *
 * Each step takes all records of a level: first the one that is written, then its children, which need its key, then
 * theirs. All faults that one step finds in the records of a level are reported together.
 *
 * Rules and state machines may change `state.values` and so come before the slug. A webhook that may veto is asked last,
 * when the SQL has shown that the write would succeed. Webhooks and outbox are told of all records of the transaction,
 * including those that a delete removes too; the outbox of links as well.
 */
import { type Database, isConnectionError, type Logger, type Transaction } from '@rocket/platform';
import { type AppModel, type Caller, type Revision, RocketError } from '@rocket/schema';
import type { AppOutbox, CommitEvents } from '../outbox/app-outbox.ts';
import { transactionEvents } from '../outbox/transaction-events.ts';
import type { WebhookCaller } from '../webhooks/webhook-caller.ts';
import { checkFields, refuseUnknownFields } from './check-fields.ts';
import { deleteTree } from './delete/on-delete.ts';
import { restoreRecord } from './delete/restore-record.ts';
import { expectVersion, lockTarget } from './lock-record.ts';
import { applyMachines } from './machines/apply-machines.ts';
import { keepParent } from './nested/keep-parent.ts';
import { type NestedInput, refuseOversized } from './nested/nested-input.ts';
import { nestedStates } from './nested/nested-states.ts';
import { permitAfter, permitBefore, requirePolicy } from './permission.ts';
import { checkReferences } from './references/check-references.ts';
import { resolveFiles } from './resolve-files.ts';
import { applyRules } from './rules/apply-rules.ts';
import { saveRecords } from './save-records.ts';
import { generateSlugs } from './slug/slug.ts';
import { askWebhooks } from './webhooks/ask-webhooks.ts';
import { refuseTogether, WriteRefused, type WriteResult } from './write-result.ts';
import {
  type DeleteState,
  entityOf,
  present,
  type SaveState,
  saveState,
  type WriteTarget,
  type WriteTransaction,
} from './write-state.ts';

export type { WriteResult } from './write-result.ts';
export type { WriteTarget } from './write-state.ts';

/** Values by document field name, as GraphQL's scalars deliver them. */
export type WriteInput = Readonly<Record<string, unknown>>;

/**
 * Writes single records, and with a create or update the related records that `nested` names. Faults of the input are
 * data of the result. All throw RocketError `FORBIDDEN` when no policy allows this to the caller at all, or for this
 * record although they may read it, or with this result.
 */
export interface WritePipeline {
  create(
    caller: Caller,
    entityName: string,
    input: WriteInput,
    nested?: readonly NestedInput[],
  ): Promise<WriteResult>;
  update(
    caller: Caller,
    entityName: string,
    change: WriteTarget & {
      patch: WriteInput;
      nested?: readonly NestedInput[];
      /** Field of the patch whose state is to change by a transition, even to the state it has. */
      transition?: string;
    },
  ): Promise<WriteResult>;
  delete(caller: Caller, entityName: string, target: WriteTarget): Promise<WriteResult>;
  /** Takes back a soft deletion, under the permission to update. */
  restore(caller: Caller, entityName: string, id: string): Promise<WriteResult>;
}

export interface WritePipelineOptions {
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
}

export function createWritePipeline(options: WritePipelineOptions): WritePipeline {
  const { model } = options;
  const inTransaction = transactions(options);
  return {
    create: async (caller, entityName, input, nested = []) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'create');
      return await inTransaction(caller, async (write) => {
        const at = { path: ['input'], keyPath: ['input'], parent: null, transition: null } as const;
        return await save(saveState(write, { ...at, entity, action: 'create', input, nested }));
      });
    },

    update: async (caller, entityName, { patch, nested = [], transition = null, ...target }) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'update');
      return await inTransaction(caller, async (write) => {
        const at = { path: ['patch'], keyPath: ['id'], parent: null, transition } as const;
        const state = saveState(write, { ...at, entity, action: 'update', input: patch, nested });
        const current = await lockTarget(state, target);
        permitBefore(state, current);
        expectVersion(entity, current, target);
        return await save(state);
      });
    },

    delete: async (caller, entityName, target) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'delete');
      return await inTransaction(caller, async (write) => {
        const state: DeleteState = { ...write, entity, action: 'delete', keyPath: ['id'], current: null };
        const current = await lockTarget(state, target);
        permitBefore(state, current);
        expectVersion(entity, current, target);
        await deleteTree(state, [current]);
        return current.key;
      });
    },

    restore: async (caller, entityName, id) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'update');
      return await inTransaction(caller, (write) =>
        restoreRecord({ ...write, entity, action: 'update', keyPath: ['id'], current: null }, id),
      );
    },
  };
}

/** The one place where a write becomes a transaction. */
function transactions(options: WritePipelineOptions) {
  const { database, model, revision, logger, webhooks, outbox, deadlineAtMs, onCommitted } = options;
  const limits = deadlineAtMs === undefined ? {} : { deadlineAtMs };
  /** `work` resolves to the key of the record that the caller asked for, whichever others it writes. */
  return (caller: Caller, work: (write: WriteTransaction) => Promise<string>): Promise<WriteResult> => {
    const run = (commit: CommitEvents) => async (tx: Transaction) => {
      const made = { changes: [], saved: [], effects: [], touched: new Set<string>() };
      const write: WriteTransaction = { tx, model, caller, logger, now: new Date(), ...made };
      const key = await work(write);
      await askWebhooks(write, { webhooks, ...limits });
      const events = transactionEvents(write, revision);
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

/** The common part of creates and updates; resolves with the record's key. */
async function save(root: SaveState): Promise<string> {
  refuseOversized(root.nested, root.path);
  for (let level: readonly SaveState[] = [root]; level.length > 0; level = await nestedStates(root, level)) {
    await refuseTogether(level, refuseUnknownFields);
    await refuseTogether(level, checkFields);
    await applyRules(level);
    applyMachines(level);
    await refuseTogether(level, keepParent);
    await generateSlugs(level);
    await resolveFiles(level);
    await checkReferences(level);
    await saveRecords(level);
    for (const state of level) permitAfter(state, present(state.stored).values);
  }
  return present(root.stored).key;
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
