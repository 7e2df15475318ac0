/** State that the steps of a write share. Made for each attempt, because a transaction may be repeated. */
import type { Logger, Transaction } from '@rocket/platform';
import {
  type AppModel,
  type Caller,
  type ChildLink,
  type CreationModel,
  type EffectKind,
  type EntityModel,
  type FieldModel,
  type JsonValue,
  type RecordChange,
  RocketError,
  type StoredRecord,
  type TransitionEffect,
} from '@rocket/schema';
import type { NestedInput } from './nested/nested-input.ts';

/** A change that was made, and where the mutation's arguments ask for it, such as `['input']`. */
export type PlacedChange = RecordChange & { readonly path: readonly string[] };

/** State that all records written in one transaction share. */
export interface WriteTransaction {
  readonly tx: Transaction;
  readonly model: AppModel;
  readonly caller: Caller;
  readonly logger: Logger;
  /** The one instant of all rules and transitions of the write. */
  readonly now: Date;
  /** Changes of all records, in the order in which they were made. */
  readonly changes: PlacedChange[];
  /** Creates and updates that are stored, of all levels. */
  readonly saved: SaveState[];
  /** What transitions are to create before the write ends, in their order. */
  readonly creations: PendingCreation[];
  /** What transitions ask for after the commit, in their order. */
  readonly effects: PendingEffect[];
  /** What workflows send. */
  readonly sent: SentEvent[];
  /** Tags of the links that were made or removed, and of what the engine keeps beside its records. */
  readonly touched: Set<string>;
}

/** A record that an action of a transition creates. */
export interface PendingCreation extends CreationModel {
  /** The record whose state changed; it is stored when the other one is created. */
  readonly state: SaveState;
  /** That holds its state. */
  readonly field: FieldModel;
}

/** An action of a transition that follows the commit. */
export interface PendingEffect {
  /** The record whose state changed; it is stored when the effect is. */
  readonly state: SaveState;
  readonly transition: TransitionEffect['transition'];
  readonly effect: EffectKind;
  readonly definition: JsonValue;
}

/** An event that a workflow sends, by its name. */
export interface SentEvent {
  readonly event: string;
  /** JSON. */
  readonly payload: unknown;
}

export interface ParentOf {
  /** Name of the child's field that holds the parent's key; callers do not set it. */
  readonly foreignKey: string;
  readonly key: string;
}

/** A create or update. */
export interface SaveState extends WriteTransaction {
  readonly entity: EntityModel;
  readonly action: 'create' | 'update';
  /** Where the input lies in the mutation's arguments, such as `['input']`; the paths of its errors begin with it. */
  readonly path: readonly string[];
  /** Where the arguments name the record. */
  readonly keyPath: readonly string[];
  /** As the caller gave it, by document field name. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Related records that are written along, once this one has its key. */
  readonly nested: readonly NestedInput[];
  /** The record that it is written with as one of its children; null for the record that the caller named. */
  readonly parent: ParentOf | null;
  /** Checked values to store, by field name; null for null. */
  readonly values: Map<string, string | number | boolean | null>;
  /** Field whose state the caller asked to change by a transition; null for every other write. */
  readonly transition: string | null;
  /** The record as it was, locked; null for a create. */
  current: StoredRecord | null;
  /** The record as it was stored. */
  stored: StoredRecord | null;
  /** True when the slug in `values` was made from its source, so that another one is tried after a clash. */
  slugIsGenerated: boolean;
}

/** Which record an update or delete is meant for. */
export interface WriteTarget {
  readonly id: string;
  /** Refuses the write when the record has another version by now. */
  readonly expectedVersion?: number;
}

export interface DeleteState extends WriteTransaction {
  readonly entity: EntityModel;
  readonly action: 'delete';
  /** Where the arguments name the record. */
  readonly keyPath: readonly string[];
  current: StoredRecord | null;
}

/** Takes back a soft deletion, which is permitted as an update is. */
export interface RestoreState extends WriteTransaction {
  readonly entity: EntityModel;
  readonly action: 'update';
  readonly keyPath: readonly string[];
  current: StoredRecord | null;
}

/** What a state of one record shares with those of the others. */
export function transactionOf(write: WriteTransaction): WriteTransaction {
  const { tx, model, caller, logger, now, changes, creations, effects, saved, sent, touched } = write;
  return { tx, model, caller, logger, now, changes, creations, effects, saved, sent, touched };
}

export function saveState(
  write: WriteTransaction,
  of: Pick<
    SaveState,
    'entity' | 'action' | 'path' | 'keyPath' | 'input' | 'nested' | 'parent' | 'transition'
  >,
): SaveState {
  return {
    ...transactionOf(write),
    ...of,
    values: new Map(),
    current: null,
    stored: null,
    slugIsGenerated: false,
  };
}

/** @throws RocketError `INTERNAL_ERROR` unless it is an entity of the document: the engine's own are not written so */
export function entityOf(model: AppModel, name: string): EntityModel {
  const entity = model.entities.get(name);
  if (entity?.origin !== 'document')
    throw new RocketError('INTERNAL_ERROR', `There is no entity ${JSON.stringify(name)}`);
  return entity;
}

/** The field of the child that holds the key of its parent. */
export function foreignKeyOf(child: EntityModel, link: ChildLink): FieldModel {
  const field = child.fieldByName.get(link.targetField);
  if (field !== undefined) return field;
  throw new RocketError('INTERNAL_ERROR', `${child.name} has no field ${link.targetField}`);
}

/** The record that an earlier step of the write has set. */
export function present(record: StoredRecord | null): StoredRecord {
  if (record === null) throw new RocketError('INTERNAL_ERROR', 'The steps of a write ran in the wrong order');
  return record;
}
