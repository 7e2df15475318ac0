/** Splits off the introspection fields, which are answered here; the planner and the executor only get the others. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { documentOf, type OwnDefinitions, withoutUnused } from '../documents/own-definitions.ts';

const FIELDS = new Set(['__schema', '__type']);
const isAboutSchema = ({ name }: FieldNode): boolean => FIELDS.has(name.value);

/** The introspection part of an operation. */
export type IntrospectionPart =
  | { readonly kind: 'none' }
  /** The operation has no other fields, except perhaps the root's `__typename`. */
  | { readonly kind: 'whole' }
  /** There are other fields too: the operation cut in two, and the order of the keys in the answer. */
  | {
      readonly kind: 'beside';
      readonly introspection: DocumentNode;
      readonly rest: OwnDefinitions;
      readonly keys: readonly string[];
    };

export function introspectionPart(own: OwnDefinitions): IntrospectionPart {
  const { operation } = own;
  if (operation.operation !== OperationTypeNode.QUERY) return { kind: 'none' };
  const fields = rootFields(own);
  if (!fields.some(isAboutSchema)) return { kind: 'none' };
  if (fields.every((field) => isAboutSchema(field) || field.name.value === '__typename')) {
    return { kind: 'whole' };
  }
  return {
    kind: 'beside',
    introspection: documentOf(onlyFields(own, isAboutSchema)),
    rest: onlyFields(own, (field) => !isAboutSchema(field)),
    keys: [...new Set(fields.map(({ alias, name }) => alias?.value ?? name.value))],
  };
}

/** Visits each fragment once: repeated spreads do not change the fields of the root. */
function rootFields({ operation, fragments }: OwnDefinitions): readonly FieldNode[] {
  const left = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  const of = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return of(selection.selectionSet);
      const fragment = left.get(selection.name.value);
      left.delete(selection.name.value);
      return fragment === undefined ? [] : of(fragment.selectionSet);
    });
  return of(operation.selectionSet);
}

/** The operation with some fields of its root, with the root's fragments inlined. */
function onlyFields(own: OwnDefinitions, keep: (field: FieldNode) => boolean): OwnDefinitions {
  const byName = new Map(own.fragments.map((fragment) => [fragment.name.value, fragment]));
  const selectionSet = filtered(own.operation.selectionSet, { byName, spread: new Set(), keep });
  return withoutUnused({ ...own, operation: { ...own.operation, selectionSet } });
}

interface Filter {
  readonly byName: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A second spread under the same conditions adds nothing; under others it may. */
  readonly spread: Set<FragmentDefinitionNode>;
  readonly keep: (field: FieldNode) => boolean;
}

function filtered(selectionSet: SelectionSetNode, filter: Filter): SelectionSetNode {
  const selections = selectionSet.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return filter.keep(selection) ? [selection] : [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inner = filtered(selection.selectionSet, filter);
      return inner.selections.length === 0 ? [] : [{ ...selection, selectionSet: inner }];
    }
    const fragment = filter.byName.get(selection.name.value);
    if (fragment === undefined) return [];
    const isConditional = (selection.directives?.length ?? 0) > 0;
    if (!isConditional && filter.spread.has(fragment)) return [];
    if (!isConditional) filter.spread.add(fragment);
    const inner = filtered(fragment.selectionSet, filter);
    if (inner.selections.length === 0) return [];
    const { typeCondition } = fragment;
    const directives = selection.directives ?? [];
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: inner }];
  });
  return { ...selectionSet, selections };
}
