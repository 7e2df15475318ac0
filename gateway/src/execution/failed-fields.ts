import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';

/**
 * A failed fetch for hundreds of records is reported only for the first few, because more errors add no information.
 * There are few root fields.
 */
const MAX_ENTITY_PATHS = 20;

/** Name of the root field with which subgraphs return entities. */
export const ENTITIES_FIELD = '_entities';

/**
 * Response paths, within a subgraph's answer, of the fields that a failed fetch leaves without a value: its root
 * fields, or the fields of each entity it was asked for. The gateway translates them into paths of the caller's answer.
 */
export function failedFieldPaths(
  document: DocumentNode | undefined,
  variables: Readonly<Record<string, unknown>> | undefined,
): (string | number)[][] {
  const operation = document?.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) return [[]];
  const representations = variables?.['representations'];
  const entities = operation.selectionSet.selections.find(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === ENTITIES_FIELD,
  );
  if (entities?.kind !== Kind.FIELD || !Array.isArray(representations)) {
    return nonEmpty(responseKeys(operation.selectionSet).map((key) => [key]));
  }
  const keys = [...new Set(entities.selectionSet?.selections.flatMap(keysOf) ?? [])];
  const paths = representations.flatMap((_, index) => keys.map((key) => [ENTITIES_FIELD, index, key]));
  return nonEmpty(paths.slice(0, MAX_ENTITY_PATHS));
}

function nonEmpty(paths: (string | number)[][]): (string | number)[][] {
  return paths.length === 0 ? [[]] : paths;
}

function responseKeys(selectionSet: SelectionSetNode): string[] {
  return [...new Set(selectionSet.selections.flatMap(keysOf))];
}

function keysOf(selection: SelectionNode): string[] {
  if (selection.kind === Kind.INLINE_FRAGMENT) return responseKeys(selection.selectionSet);
  if (selection.kind === Kind.FRAGMENT_SPREAD || selection.name.value === '__typename') return [];
  return [selection.alias?.value ?? selection.name.value];
}
