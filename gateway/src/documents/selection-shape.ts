import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsByName } from './own-definitions.ts';

/** The fields of a selection by their key in the answer, fragments spread. */
export interface Shape {
  readonly fields: Map<string, { readonly name: string; readonly shape: Shape }>;
}

/** Nested spreads can grow without bound; larger selections are not compared. */
const MAX_FIELDS = 5_000;

/**
 * True when two documents with one operation each select exactly the same fields under the same keys, whichever
 * fragments they use and in whatever order. Arguments are not compared.
 */
export function selectSameFields(left: DocumentNode, right: DocumentNode): boolean {
  const shapes = [left, right].map(shapeOf);
  // Every server knows the root's type name, so planners leave it out of fetches.
  for (const shape of shapes) {
    for (const [key, { name }] of shape?.fields ?? []) if (name === '__typename') shape?.fields.delete(key);
  }
  const [leftShape, rightShape] = shapes;
  return leftShape && rightShape ? areEqual(leftShape, rightShape) : false;
}

/** The only operation of a document; null when it has several. */
export function onlyOperation(document: DocumentNode): OperationDefinitionNode | null {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  return operations.length === 1 && operation !== undefined ? operation : null;
}

/** Null when the document has several operations, or too many fields. */
export function shapeOf(document: DocumentNode): Shape | null {
  const operation = onlyOperation(document);
  if (operation === null) return null;
  const fragments = fragmentsByName(document);
  const left = { fields: MAX_FIELDS };
  const root: Shape = { fields: new Map() };
  addFields(operation.selectionSet, root, { fragments, left });
  return left.fields < 0 ? null : root;
}

function addFields(
  { selections }: SelectionSetNode,
  into: Shape,
  at: { fragments: ReadonlyMap<string, FragmentDefinitionNode>; left: { fields: number } },
): void {
  for (const selection of selections) {
    at.left.fields -= 1;
    if (at.left.fields < 0) return;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      addFields(selection.selectionSet, into, at);
    } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = at.fragments.get(selection.name.value);
      if (fragment !== undefined) addFields(fragment.selectionSet, into, at);
    } else {
      const key = selection.alias?.value ?? selection.name.value;
      const field = into.fields.get(key) ?? { name: selection.name.value, shape: { fields: new Map() } };
      into.fields.set(key, field);
      if (selection.selectionSet !== undefined) addFields(selection.selectionSet, field.shape, at);
    }
  }
}

function areEqual(left: Shape, right: Shape): boolean {
  if (left.fields.size !== right.fields.size) return false;
  for (const [key, { name, shape }] of left.fields) {
    const other = right.fields.get(key);
    if (other === undefined || other.name !== name || !areEqual(shape, other.shape)) return false;
  }
  return true;
}
