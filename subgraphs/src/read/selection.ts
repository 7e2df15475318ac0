/** Look-ahead: the fields of an operation below one place, over all field nodes, fragments, `@skip` and `@include`. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { refuseForgottenVariables } from './forgotten-variables.ts';

/** The parts of an operation that look-ahead reads; a `GraphQLResolveInfo` is one. */
export interface OperationScope {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
  /** Keeps selections that no variable can change; absent when `@skip` or `@include` may change them. */
  readonly memo?: SelectionMemo | null;
}

/**
 * Selections of one document in one schema. An operation comes thousands of times, mostly with other values of the same
 * variables.
 */
export class SelectionMemo {
  readonly #fields = new WeakMap<SelectionSetNode, Map<GraphQLObjectType, readonly SelectedField[]>>();
  readonly #arguments = new WeakMap<FieldNode, Arguments>();

  fields(
    set: SelectionSetNode,
    parent: GraphQLObjectType,
    collectFields: () => readonly SelectedField[],
  ): readonly SelectedField[] {
    const byType = this.#fields.get(set) ?? new Map<GraphQLObjectType, readonly SelectedField[]>();
    const known = byType.get(parent);
    if (known !== undefined) return known;
    const fields = collectFields();
    this.#fields.set(set, byType.set(parent, fields));
    return fields;
  }

  arguments(node: FieldNode, read: () => Arguments): Arguments {
    const known = this.#arguments.get(node);
    if (known !== undefined) return known;
    const values = read();
    if (!(node.arguments ?? []).some((argument) => hasVariable(argument.value))) {
      this.#arguments.set(node, values);
    }
    return values;
  }
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => hasVariable(field.value));
}

/** One response field, with several nodes when the operation names it several times. */
export interface SelectedField {
  readonly responseKey: string;
  readonly name: string;
  readonly nodes: readonly FieldNode[];
}

export type Arguments = Readonly<Record<string, unknown>>;

const NO_ARGUMENTS: Arguments = Object.freeze({});

/** Fields below the selection sets, whose type is `parent`, in response order; `__typename` is one of them. */
export function selectedFields(
  scope: OperationScope,
  parent: GraphQLObjectType,
  selectionSets: readonly (SelectionSetNode | undefined)[],
): readonly SelectedField[] {
  const [only] = selectionSets;
  if (!scope.memo || only === undefined || selectionSets.length > 1)
    return collectAll(scope, parent, selectionSets);
  return scope.memo.fields(only, parent, () => collectAll(scope, parent, selectionSets));
}

function collectAll(
  scope: OperationScope,
  parent: GraphQLObjectType,
  selectionSets: readonly (SelectionSetNode | undefined)[],
): readonly SelectedField[] {
  const found = new Map<string, FieldNode[]>();
  for (const set of selectionSets) if (set !== undefined) collect({ scope, parent, found }, set);
  return [...found].map(([responseKey, nodes]) => ({
    responseKey,
    name: nodes[0]?.name.value ?? '',
    nodes,
  }));
}

/** Selection sets of a field, to look deeper. */
export function subselections(field: SelectedField): readonly (SelectionSetNode | undefined)[] {
  return field.nodes.map((node) => node.selectionSet);
}

/**
 * The arguments that are given. Null and a variable without a value count as absent: clients with an optional filter
 * send either. @throws GraphQLError when a variable does not fit; the executor finds the same and reports where.
 * RocketError `BAD_USER_INPUT` for a filter with a missing part.
 */
export function argumentsOf(
  scope: OperationScope,
  parent: GraphQLObjectType,
  field: SelectedField,
): Arguments {
  const definition = parent.getFields()[field.name];
  const [node] = field.nodes;
  if (definition === undefined || node === undefined)
    throw new TypeError(`${parent.name} has no ${field.name}`);
  if (definition.args.length === 0) return NO_ARGUMENTS;
  const read = () => {
    refuseForgottenVariables(node, scope.variableValues);
    return withoutNulls(getArgumentValues(definition, node, scope.variableValues));
  };
  return scope.memo ? scope.memo.arguments(node, read) : read();
}

function withoutNulls(args: Arguments): Arguments {
  const entries = Object.entries(args);
  return entries.some(([, value]) => value === null)
    ? Object.fromEntries(entries.filter(([, value]) => value !== null))
    : args;
}

/** Object type that a field of `parent` returns, through lists and non-null. */
export function fieldType(parent: GraphQLObjectType, field: SelectedField): GraphQLObjectType {
  const type = getNamedType(parent.getFields()[field.name]?.type);
  if (isObjectType(type)) return type;
  throw new TypeError(`${parent.name}.${field.name} does not return an object type`);
}

interface Collection {
  readonly scope: OperationScope;
  readonly parent: GraphQLObjectType;
  readonly found: Map<string, FieldNode[]>;
}

function collect(into: Collection, selectionSet: SelectionSetNode): void {
  for (const selection of selectionSet.selections) {
    if (!isIncluded(into.scope, selection)) continue;
    switch (selection.kind) {
      case Kind.FIELD: {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = into.found.get(key);
        if (nodes === undefined) into.found.set(key, [selection]);
        else nodes.push(selection);
        break;
      }
      case Kind.INLINE_FRAGMENT:
        if (applies(into, selection.typeCondition?.name.value)) collect(into, selection.selectionSet);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const fragment = into.scope.fragments[selection.name.value];
        if (fragment !== undefined && applies(into, fragment.typeCondition.name.value)) {
          collect(into, fragment.selectionSet);
        }
        break;
      }
      default:
        selection satisfies never;
    }
  }
}

/** A subgraph's only abstract type is `_Entity`; a condition on it holds for every member. */
function applies(into: Collection, condition: string | undefined): boolean {
  return condition === undefined || condition === into.parent.name || condition === '_Entity';
}

function isIncluded(scope: OperationScope, node: SelectionNode): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, scope.variableValues);
  if (skip?.['if'] === true) return false;
  const include = getDirectiveValues(GraphQLIncludeDirective, node, scope.variableValues);
  return include?.['if'] !== false;
}
