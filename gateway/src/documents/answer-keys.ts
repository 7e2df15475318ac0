/**
 * Documents whose answers have other keys than the caller chose.
 *
 * The planner adds type names and keys to what the caller selects, under their own names: an alias that uses such a
 * name for another field, as in `id: email`, would get the key instead, or break the plan. Such aliases are renamed in
 * the request, and restored in the answer.
 *
 * A reference to a record of another app contains only the key, unless a field is selected that only the other app
 * knows. So that a deleted or hidden record is always null, whatever is selected, a field that is never null is added.
 */
import type { CrossAppReference } from '@rocket/schema';
import {
  type DocumentNode,
  type FieldNode,
  type FormattedExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsByName } from './own-definitions.ts';
import { type Shape, shapeOf } from './selection-shape.ts';

const TYPE_NAME = '__typename';

/**
 * Names of the fields that plans over a supergraph may add: those of its keys and requirements, and the type's name.
 */
export function plannerNames(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set([TYPE_NAME]);
  for (const [, fields = ''] of supergraphSdl.matchAll(/\b(?:key|requires|provides): "([^"]*)"/g)) {
    for (const name of fields.match(/[_A-Za-z][_0-9A-Za-z]*/g) ?? []) names.add(name);
  }
  return names;
}

/** What has to be known of a graph to choose safe keys. */
export interface KeyRules {
  readonly plannerNames: ReadonlySet<string>;
  readonly references: readonly CrossAppReference[];
}

/** How to restore the caller's keys in an answer. */
export interface AnswerKeys {
  /** Prefix of renamed keys; a key that is only the prefix was added. */
  readonly prefix: string;
  readonly shape: Shape;
}

/**
 * The document in a form that is safe for the planner; null when it needs no change. Its keys are null when it is too
 * large.
 */
export function safeKeys(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: KeyRules,
): { readonly document: DocumentNode; readonly keys: AnswerKeys | null } | null {
  const prefix = unusedPrefix(document);
  const witnesses = new Map(rules.references.map((one) => [`${one.type}.${one.field}`, one.witnesses]));
  const fragments = fragmentsByName(document);
  const types = new TypeInfo(schema);
  let changed = false;
  const visitor = {
    Field: (node: FieldNode): FieldNode | undefined => {
      const renamed = withoutAlias(node, prefix, rules.plannerNames);
      const known = witnesses.get(`${types.getParentType()?.name}.${node.name.value}`);
      const safe = known === undefined ? renamed : withWitness(renamed, { prefix, known, fragments });
      if (safe === node) return undefined;
      changed = true;
      return safe;
    },
  };
  const safe = visit(document, visitWithTypeInfo(types, visitor));
  if (!changed) return null;
  const shape = shapeOf(safe);
  return { document: safe, keys: shape === null ? null : { prefix, shape } };
}

function withoutAlias(node: FieldNode, prefix: string, names: ReadonlySet<string>): FieldNode {
  const alias = node.alias?.value;
  if (node.alias === undefined || alias === undefined || alias === node.name.value) return node;
  return names.has(alias) ? { ...node, alias: { ...node.alias, value: `${prefix}${alias}` } } : node;
}

interface Witness {
  readonly prefix: string;
  readonly known: CrossAppReference['witnesses'];
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function withWitness(node: FieldNode, { prefix, known, fragments }: Witness): FieldNode {
  const { selectionSet } = node;
  const names = new Set(known);
  if (selectionSet === undefined || selectsOneOf(selectionSet, { names, fragments, seen: new Set() }))
    return node;
  const witness: FieldNode = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: known[0] },
    alias: { kind: Kind.NAME, value: prefix },
  };
  return { ...node, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, witness] } };
}

interface Search {
  readonly names: ReadonlySet<string>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Fragments that were already visited, because fragments may spread each other. */
  readonly seen: Set<FragmentDefinitionNode>;
}

/** True when one of the fields is selected whatever the variables are. */
function selectsOneOf({ selections }: SelectionSetNode, search: Search): boolean {
  return selections.some((selection) => {
    if ((selection.directives?.length ?? 0) > 0) return false;
    if (selection.kind === Kind.FIELD) return search.names.has(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return selectsOneOf(selection.selectionSet, search);
    const fragment = search.fragments.get(selection.name.value);
    if (fragment === undefined || search.seen.has(fragment)) return false;
    search.seen.add(fragment);
    return selectsOneOf(fragment.selectionSet, search);
  });
}

/** A prefix that no key of the document has. */
function unusedPrefix(document: DocumentNode): string {
  const keys: string[] = [];
  visit(document, { Field: ({ alias, name }) => void keys.push(alias?.value ?? name.value) });
  let prefix = 'as_';
  while (keys.some((key) => key.startsWith(prefix))) prefix = `${prefix}_`;
  return prefix;
}

export function restoreKeys(
  { prefix, shape }: AnswerKeys,
  { data, errors, ...rest }: FormattedExecutionResult,
): FormattedExecutionResult {
  const ownKey = (key: string) => (key.startsWith(prefix) ? key.slice(prefix.length) : key);
  const restored = (value: unknown, at: Shape): unknown => {
    // A field without a selection is a leaf: the contents of a JSON value are left alone.
    if (typeof value !== 'object' || value === null || at.fields.size === 0) return value;
    if (Array.isArray(value)) return value.map((item) => restored(item, at));
    const own: Record<string, unknown> = Object.create(null);
    for (const [key, inner] of Object.entries(value)) {
      if (key === prefix) continue;
      const field = at.fields.get(key);
      own[ownKey(key)] = field === undefined ? inner : restored(inner, field.shape);
    }
    return own;
  };
  const ownPath = (error: GraphQLFormattedError): GraphQLFormattedError => {
    if (error.path === undefined) return error;
    const end = error.path.indexOf(prefix);
    const path = end < 0 ? error.path : error.path.slice(0, end);
    return { ...error, path: path.map((part) => (typeof part === 'string' ? ownKey(part) : part)) };
  };
  return {
    ...rest,
    ...(errors === undefined ? {} : { errors: errors.map(ownPath) }),
    ...(data === undefined ? {} : { data: restored(data, shape) as Record<string, unknown> | null }),
  };
}
