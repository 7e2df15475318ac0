/**
 * The planner asks subgraphs for type names and keys beside what the caller asks for, under their own names: an alias that
 * takes such a name for another field, as in `id: email`, gets the key in its place, or breaks the plan. Such aliases are
 * renamed on the way in, and have their names again in the answer.
 */
import { type DocumentNode, type FormattedExecutionResult, type GraphQLFormattedError, visit } from 'graphql';
import { type Shape, shapeOf } from './selection-shape.ts';

const TYPE_NAME = '__typename';

/** Names of the fields that plans over a supergraph may add: those of its keys and requirements, and the type's name. */
export function plannerNames(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set([TYPE_NAME]);
  for (const [, fields = ''] of supergraphSdl.matchAll(/\b(?:key|requires|provides): "([^"]*)"/g)) {
    for (const name of fields.match(/[_A-Za-z][_0-9A-Za-z]*/g) ?? []) names.add(name);
  }
  return names;
}

/** Gives an answer the keys that the caller chose. */
export interface KeyNames {
  readonly prefix: string;
  readonly shape: Shape;
}

/** The document without aliases that a planner could trip over; null when it has none. */
export function renameKeys(
  document: DocumentNode,
  names: ReadonlySet<string>,
): { readonly document: DocumentNode; readonly keys: KeyNames | null } | null {
  const prefix = unusedPrefix(document);
  let renamed = false;
  const safe = visit(document, {
    Field: (node) => {
      const alias = node.alias?.value;
      if (node.alias === undefined || alias === undefined) return undefined;
      if (alias === node.name.value || !names.has(alias)) return undefined;
      renamed = true;
      return { ...node, alias: { ...node.alias, value: `${prefix}${alias}` } };
    },
  });
  if (!renamed) return null;
  const shape = shapeOf(safe);
  return { document: safe, keys: shape === null ? null : { prefix, shape } };
}

/** A beginning that no key of the document has. */
function unusedPrefix(document: DocumentNode): string {
  const keys: string[] = [];
  visit(document, { Field: ({ alias, name }) => void keys.push(alias?.value ?? name.value) });
  let prefix = 'as_';
  while (keys.some((key) => key.startsWith(prefix))) prefix = `${prefix}_`;
  return prefix;
}

export function restoreKeys(
  { prefix, shape }: KeyNames,
  { data, errors, ...rest }: FormattedExecutionResult,
): FormattedExecutionResult {
  const ownKey = (key: string) => (key.startsWith(prefix) ? key.slice(prefix.length) : key);
  const restored = (value: unknown, at: Shape): unknown => {
    // A field without a selection is a leaf: what a JSON value holds is not ours.
    if (typeof value !== 'object' || value === null || at.fields.size === 0) return value;
    if (Array.isArray(value)) return value.map((item) => restored(item, at));
    const entries = Object.entries(value).map(([key, inner]) => {
      const field = at.fields.get(key);
      return [ownKey(key), field === undefined ? inner : restored(inner, field.shape)] as const;
    });
    return Object.fromEntries(entries);
  };
  const ownPath = (error: GraphQLFormattedError): GraphQLFormattedError =>
    error.path === undefined
      ? error
      : { ...error, path: error.path.map((part) => (typeof part === 'string' ? ownKey(part) : part)) };
  return {
    ...rest,
    ...(errors === undefined ? {} : { errors: errors.map(ownPath) }),
    ...(data === undefined ? {} : { data: restored(data, shape) as Record<string, unknown> | null }),
  };
}
