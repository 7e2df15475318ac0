/**
 * The life of a write, on one screen. Everything from the first query to the last runs in one transaction; a step that
 * refuses rolls everything back.
 *
 *   permission -> unknown fields -> types, required, enum -> (rules) -> (state machines) -> slug and files
 *     -> references -> SQL -> permission on the result -> (nested children) -> (before webhooks) -> outbox -> commit
 *
 * Steps in brackets attach at these places: rules and state machines may change `state.values` and so come before the
 * slug; nested children go through this same pipeline once their parent has a key; a webhook that may veto is called
 * last, when the SQL has shown that the write would succeed. The outbox is written once for all records of the
 * transaction, including those that a delete removes too.
 */
import { type Database, isConnectionError, type Logger, type Transaction } from '@rocket/platform';
import { type AppModel, type Caller, type EntityModel, RocketError } from '@rocket/schema';
import { appendEvents } from '../outbox/append-events.ts';
import { checkFields, refuseUnknownFields } from './check-fields.ts';
import { expectVersion, lockTarget } from './lock-record.ts';
import { deleteTree } from './on-delete.ts';
import { permitAfter, permitBefore, requirePolicy } from './permission.ts';
import { checkReferences } from './references/check-references.ts';
import { resolveFiles } from './resolve-files.ts';
import { restoreRecord } from './restore-record.ts';
import { saveRecord } from './save-record.ts';
import { generateSlug } from './slug/slug.ts';
import { WriteRefused, type WriteResult } from './write-result.ts';
import {
  type DeleteState,
  present,
  type SaveState,
  type WriteTarget,
  type WriteTransaction,
} from './write-state.ts';

export type { WriteResult } from './write-result.ts';
export type { WriteTarget } from './write-state.ts';

/** Values by document field name, as GraphQL's scalars deliver them. */
export type WriteInput = Readonly<Record<string, unknown>>;

/**
 * Writes single records. Faults of the input are data of the result. All throw RocketError `FORBIDDEN` when no policy
 * allows this to the caller at all, or for this record although they may read it, or with this result.
 */
export interface WritePipeline {
  create(caller: Caller, entityName: string, input: WriteInput): Promise<WriteResult>;
  update(
    caller: Caller,
    entityName: string,
    change: WriteTarget & { patch: WriteInput },
  ): Promise<WriteResult>;
  delete(caller: Caller, entityName: string, target: WriteTarget): Promise<WriteResult>;
  /** Takes back a soft deletion, under the permission to update. */
  restore(caller: Caller, entityName: string, id: string): Promise<WriteResult>;
}

export interface WritePipelineOptions {
  readonly database: Database;
  readonly model: AppModel;
  readonly logger: Logger;
  /** Unix time in ms after which nobody waits; a transaction that has not committed by then is rolled back. */
  readonly deadlineAtMs?: number;
}

export function createWritePipeline(options: WritePipelineOptions): WritePipeline {
  const { model } = options;
  const inTransaction = transactions(options);
  return {
    create: async (caller, entityName, input) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'create');
      return await inTransaction(caller, async (write) => {
        const state = saveState(write, { entity, action: 'create', path: ['input'], input });
        return await save(state);
      });
    },

    update: async (caller, entityName, { patch, ...target }) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'update');
      return await inTransaction(caller, async (write) => {
        const state = saveState(write, { entity, action: 'update', path: ['patch'], input: patch });
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
        const state: DeleteState = { ...write, entity, action: 'delete', current: null };
        const current = await lockTarget(state, target);
        permitBefore(state, current);
        expectVersion(entity, current, target);
        await deleteTree(state, current);
        return current.key;
      });
    },

    restore: async (caller, entityName, id) => {
      const entity = entityOf(model, entityName);
      requirePolicy({ model, entity, caller }, 'update');
      return await inTransaction(caller, (write) =>
        restoreRecord({ ...write, entity, action: 'update', current: null }, id),
      );
    },
  };
}

/** The one place where a write becomes a transaction. */
function transactions({ database, model, logger, deadlineAtMs }: WritePipelineOptions) {
  /** `work` resolves to the key of the record that the caller asked for, whichever others it writes. */
  return (caller: Caller, work: (write: WriteTransaction) => Promise<string>): Promise<WriteResult> => {
    const run = async (tx: Transaction) => {
      const write: WriteTransaction = { tx, model, caller, changes: [] };
      const key = await work(write);
      await appendEvents(write);
      return key;
    };
    return outcome(database.transaction(run, deadlineAtMs === undefined ? {} : { deadlineAtMs }), logger);
  };
}

/** The common part of creates and updates; resolves with the record's key. */
async function save(state: SaveState): Promise<string> {
  refuseUnknownFields(state);
  checkFields(state);
  await generateSlug(state);
  await resolveFiles(state);
  await checkReferences([state]);
  await saveRecord(state);
  const { key, values } = present(state.saved);
  permitAfter(state, values);
  return key;
}

function saveState(
  write: WriteTransaction,
  of: Pick<SaveState, 'entity' | 'action' | 'path' | 'input'>,
): SaveState {
  return { ...write, ...of, values: new Map(), current: null, saved: null, slugIsGenerated: false };
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

function entityOf(model: AppModel, name: string): EntityModel {
  const entity = model.entities.get(name);
  if (entity === undefined)
    throw new RocketError('INTERNAL_ERROR', `There is no entity ${JSON.stringify(name)}`);
  return entity;
}
