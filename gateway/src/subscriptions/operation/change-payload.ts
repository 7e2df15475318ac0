/** What a subscriber gets of a change, under their own keys and in their order. */
import type { EntityModel, EntityNames } from '@rocket/schema';
import { type ExecutionResult, type FieldNode, GraphQLError } from 'graphql';
import type { ChangeOperation } from '../entity-view.ts';
import type { NodeError } from '../resolution/node-reader.ts';
import type { SubscribedOperation } from './subscribed-operation.ts';

/** A change, resolved for all who see the same of it. */
export interface ResolvedChange {
  readonly operation: ChangeOperation;
  /** Key of the record. */
  readonly id: string;
  /** The answer of each selection of `node`, in order; null when the record is gone. */
  readonly nodes: readonly unknown[] | null;
  /** By GraphQL name; null when the caller has not seen the record before. */
  readonly previous: Readonly<Record<string, unknown>> | null;
  /** GraphQL names. */
  readonly changedFields: readonly string[];
  readonly at: string;
  readonly snapshot: boolean;
  /** What failed below the record. */
  readonly errors: readonly NodeError[];
}

type PlainField = 'operation' | 'id' | 'changedFields' | 'at' | 'snapshot' | 'cursor';

type PayloadField =
  | { readonly kind: 'plain'; readonly key: string; readonly field: PlainField }
  | { readonly kind: 'type name'; readonly key: string }
  | { readonly kind: 'node'; readonly key: string; readonly at: number }
  | { readonly kind: 'previous'; readonly key: string; readonly object: SelectedObject };

/** What is selected of an object whose values are at hand by the names of its fields. */
interface SelectedObject {
  readonly type: string;
  readonly fields: readonly {
    readonly key: string;
    readonly name: string;
    /** Null for a value that is no object. */
    readonly object: SelectedObject | null;
  }[];
}

export interface ChangePayload {
  /** The selections of `node`. */
  readonly nodes: readonly (readonly FieldNode[])[];
  readonly wantsPrevious: boolean;
  /** Equal for payloads of one form. */
  readonly text: string;
  /**
   * The result may be one that was given before, and is not to be changed.
   * @param cursor asked for where it is selected
   */
  make(change: ResolvedChange, cursor: () => string): ExecutionResult;
}

const TYPE_NAME = '__typename';
const FILE_TYPE = 'File';
const PLAIN: readonly string[] = [
  'operation',
  'id',
  'changedFields',
  'at',
  'snapshot',
  'cursor',
] satisfies PlainField[];

export function changePayload(
  { key: rootKey, selected, below }: SubscribedOperation,
  { changeType, previousType }: EntityNames,
): ChangePayload {
  const nodes: (readonly FieldNode[])[] = [];
  const nodeKeys: string[] = [];
  const fields = [...selected].map(([key, found]): PayloadField => {
    const name = found[0]?.name.value ?? TYPE_NAME;
    if (isPlain(name)) return { kind: 'plain', key, field: name };
    if (name === 'node') {
      nodeKeys.push(key);
      return { kind: 'node', key, at: nodes.push(found) - 1 };
    }
    if (name === 'previous') return { kind: 'previous', key, object: objectOf(previousType, found, below) };
    return { kind: 'type name', key };
  });
  const wantsCursor = fields.some((field) => field.kind === 'plain' && field.field === 'cursor');
  /** Many are told the same, one after the other. */
  let last: { change: ResolvedChange; cursor: string | null; result: ExecutionResult } | null = null;
  return {
    nodes,
    wantsPrevious: fields.some(({ kind }) => kind === 'previous'),
    text: JSON.stringify([rootKey, fields]),
    make(change, cursor) {
      const text = wantsCursor ? cursor() : null;
      if (last?.change === change && last.cursor === text) return last.result;
      const payload: Record<string, unknown> = Object.create(null);
      for (const field of fields)
        payload[field.key] = fieldValue(field, change, { cursor: text, changeType });
      const root: Record<string, unknown> = Object.create(null);
      root[rootKey] = payload;
      const errors = change.errors.flatMap((error) => nodeError(error, rootKey, nodeKeys));
      const result = errors.length === 0 ? { data: root } : { errors, data: root };
      last = { change, cursor: text, result };
      return result;
    },
  };
}

/** An error below a record as one of the subscription's answer. */
function nodeError(
  { selection, path, error: { message, extensions } }: NodeError,
  rootKey: string,
  nodeKeys: readonly string[],
): readonly GraphQLError[] {
  const key = nodeKeys[selection];
  return key === undefined ? [] : [new GraphQLError(message, { path: [rootKey, key, ...path], extensions })];
}

function isPlain(name: string): name is PlainField {
  return PLAIN.includes(name);
}

/** The only objects of a record itself are descriptions of files. */
function objectOf(
  type: string,
  nodes: readonly FieldNode[],
  below: SubscribedOperation['below'],
): SelectedObject {
  const fields = [...below(type, nodes)].map(([key, found]) => ({
    key,
    name: found[0]?.name.value ?? TYPE_NAME,
    object: found[0]?.selectionSet === undefined ? null : objectOf(FILE_TYPE, found, below),
  }));
  return { type, fields };
}

function fieldValue(
  field: PayloadField,
  change: ResolvedChange,
  of: { readonly cursor: string | null; readonly changeType: string },
): unknown {
  switch (field.kind) {
    case 'plain':
      return field.field === 'cursor' ? of.cursor : change[field.field];
    case 'type name':
      return of.changeType;
    case 'node':
      return change.nodes?.[field.at] ?? null;
    case 'previous':
      return selectedOf(change.previous, field.object);
  }
}

function selectedOf(value: unknown, { type, fields }: SelectedObject): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  const record: Readonly<Record<string, unknown>> = { ...value };
  const selected: Record<string, unknown> = Object.create(null);
  for (const { key, name, object } of fields) {
    const own = name === TYPE_NAME ? type : (record[name] ?? null);
    selected[key] = object === null ? own : selectedOf(own, object);
  }
  return selected;
}

/** Fields of the document by their GraphQL names; those that the document no longer has are left out. */
export function changedFieldNames(entity: EntityModel, changed: readonly string[]): readonly string[] {
  return changed.flatMap((name) => entity.fieldByName.get(name)?.graphqlName ?? []);
}
