/**
 * The life of a write, on one screen. Everything from the first query to the last runs in one transaction; a step that
 * refuses rolls everything back.
 *
 *   permission -> unknown fields -> types, required, enum -> rules -> state machines -> slug and files -> references
 *     -> SQL -> permission on the result -> the same for nested children -> the same for records that transitions create
 *     -> before webhooks -> outbox -> commit
 *
 * Each step takes all records of a level: first the one that is written, then its children, which need its key, then
 * theirs. All faults that one step finds in the records of a level are reported together.
 *
 * Rules and state machines may change `state.values` and so come before the slug. A webhook that may veto is asked last,
 * when the SQL has shown that the write would succeed. Webhooks and outbox are told of all records of the transaction,
 * including those that a delete removes too; the outbox of links as well (`write-transactions.ts`).
 */
import type { Caller } from '@rocket/schema';
import { checkFields, refuseUnknownFields } from './check-fields.ts';
import { deleteTree } from './delete/on-delete.ts';
import { restoreRecord } from './delete/restore-record.ts';
import { expectVersion, lockTarget } from './lock-record.ts';
import { applyMachines } from './machines/apply-machines.ts';
import { createAsked } from './machines/create-records.ts';
import { keepParent } from './nested/keep-parent.ts';
import { type NestedInput, refuseOversized } from './nested/nested-input.ts';
import { nestedStates } from './nested/nested-states.ts';
import { permitAfter, permitBefore, requirePolicy } from './permission.ts';
import { checkReferences } from './references/check-references.ts';
import { resolveFiles } from './resolve-files.ts';
import { applyRules } from './rules/apply-rules.ts';
import { saveRecords } from './save-records.ts';
import { generateSlugs } from './slug/slug.ts';
import { refuseTogether, type WriteResult } from './write-result.ts';
import {
  type DeleteState,
  entityOf,
  present,
  type SaveState,
  saveState,
  type WriteTarget,
  type WriteTransaction,
} from './write-state.ts';
import { type WriteOptions, writeTransactions } from './write-transactions.ts';

export type { WriteResult } from './write-result.ts';
export type { WriteTarget } from './write-state.ts';

/** Values by document field name, as GraphQL's scalars deliver them. */
export type WriteInput = Readonly<Record<string, unknown>>;

export interface RecordUpdate extends WriteTarget {
  readonly patch: WriteInput;
  readonly nested?: readonly NestedInput[];
  /** Field of the patch whose state is to change by a transition, even to the state it has. */
  readonly transition?: string | null;
}

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
  update(caller: Caller, entityName: string, change: RecordUpdate): Promise<WriteResult>;
  delete(caller: Caller, entityName: string, target: WriteTarget): Promise<WriteResult>;
  /** Takes back a soft deletion, under the permission to update. */
  restore(caller: Caller, entityName: string, id: string): Promise<WriteResult>;
}

export function createWritePipeline(options: WriteOptions): WritePipeline {
  const { model } = options;
  const inTransaction = writeTransactions(options);
  // Before a connection is used for callers who may do nothing of the kind.
  const permitted = (caller: Caller, entityName: string, action: 'create' | 'update' | 'delete') =>
    requirePolicy({ model, entity: entityOf(model, entityName), caller }, action);
  return {
    create: async (caller, entityName, input, nested = []) => {
      permitted(caller, entityName, 'create');
      return await inTransaction(caller, (write) => createWithin(write, entityName, { input, nested }));
    },
    update: async (caller, entityName, change) => {
      permitted(caller, entityName, 'update');
      return await inTransaction(caller, (write) => updateWithin(write, entityName, change));
    },
    delete: async (caller, entityName, target) => {
      permitted(caller, entityName, 'delete');
      return await inTransaction(caller, (write) => deleteWithin(write, entityName, target));
    },
    restore: async (caller, entityName, id) => {
      permitted(caller, entityName, 'update');
      const entity = entityOf(model, entityName);
      return await inTransaction(caller, (write) =>
        restoreRecord({ ...write, entity, action: 'update', keyPath: ['id'], current: null }, id),
      );
    },
  };
}

/**
 * Creates a record in a transaction in which other things are done too; so do the next two. Resolves with its key.
 * @throws WriteRefused with the faults of the input; RocketError as {@link WritePipeline}
 */
export async function createWithin(
  write: WriteTransaction,
  entityName: string,
  { input, nested = [] }: { readonly input: WriteInput; readonly nested?: readonly NestedInput[] },
): Promise<string> {
  const entity = entityOf(write.model, entityName);
  const at = { path: ['input'], keyPath: ['input'], parent: null, transition: null } as const;
  return await save(saveState(write, { ...at, entity, action: 'create', input, nested }));
}

/** @throws as {@link createWithin} */
export async function updateWithin(
  write: WriteTransaction,
  entityName: string,
  { patch, nested = [], transition = null, ...target }: RecordUpdate,
): Promise<string> {
  const entity = entityOf(write.model, entityName);
  const at = { path: ['patch'], keyPath: ['id'], parent: null, transition } as const;
  const state = saveState(write, { ...at, entity, action: 'update', input: patch, nested });
  const current = await lockTarget(state, target);
  permitBefore(state, current);
  expectVersion(entity, current, target);
  return await save(state);
}

/** @throws as {@link createWithin} */
export async function deleteWithin(
  write: WriteTransaction,
  entityName: string,
  target: WriteTarget,
): Promise<string> {
  const entity = entityOf(write.model, entityName);
  const state: DeleteState = { ...write, entity, action: 'delete', keyPath: ['id'], current: null };
  const current = await lockTarget(state, target);
  permitBefore(state, current);
  expectVersion(entity, current, target);
  await deleteTree(state, [current]);
  return current.key;
}

/** The common part of creates and updates; resolves with the record's key. */
async function save(root: SaveState): Promise<string> {
  const key = await saveTree(root);
  await createAsked(root, saveTree);
  return key;
}

async function saveTree(root: SaveState): Promise<string> {
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
