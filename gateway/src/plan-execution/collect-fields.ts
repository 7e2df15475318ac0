import {
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** One key of an object of the answer. */
export type ShapedField =
  | { readonly kind: 'type name'; readonly key: string }
  | {
      readonly kind: 'field';
      readonly key: string;
      readonly type: GraphQLOutputType;
      /** Name of the type whose selection contains it. */
      readonly parentName: string;
      /** The fields of its objects, by the type of the object. */
      readonly fieldsOf: (type: GraphQLCompositeType) => readonly ShapedField[];
    };

export interface CollectInput {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Variables as coerced by the schema; those in conditions decide what is collected. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What is selected under one key. */
interface Asked {
  readonly name: string;
  readonly parent: GraphQLCompositeType;
  readonly selectionSets: Set<SelectionSetNode>;
}

interface Collected {
  readonly type: GraphQLCompositeType;
  readonly byKey: Map<string, Asked>;
  readonly spread: Set<string>;
}

type ByType = Map<GraphQLCompositeType, readonly ShapedField[]>;

const TYPE_NAME = '__typename';

/** Collects the fields of selections, with those of fragments among them; each selection once for each type. */
export class FieldCollector {
  readonly #input: CollectInput;
  readonly #known = new Map<SelectionSetNode, ByType>();

  constructor(input: CollectInput) {
    this.#input = input;
  }

  /** The fields of an object in the order of the answer; `type` is what is known of the object's type. */
  collect(selectionSet: SelectionSetNode, type: GraphQLCompositeType): readonly ShapedField[] {
    let byType = this.#known.get(selectionSet);
    if (byType === undefined) {
      byType = new Map();
      this.#known.set(selectionSet, byType);
    }
    return remember(byType, type, () => this.#collectAll([selectionSet], type));
  }

  #collectAll(selectionSets: Iterable<SelectionSetNode>, type: GraphQLCompositeType): readonly ShapedField[] {
    const collected: Collected = { type, byKey: new Map(), spread: new Set() };
    for (const selectionSet of selectionSets) this.#add(selectionSet, type, collected);
    return [...collected.byKey].map(([key, asked]) => this.#shaped(key, asked));
  }

  #add({ selections }: SelectionSetNode, parent: GraphQLCompositeType, into: Collected): void {
    for (const node of selections) {
      if (!this.#isIncluded(node)) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const asked = into.byKey.get(key) ?? { name: node.name.value, parent, selectionSets: new Set() };
        into.byKey.set(key, asked);
        if (node.selectionSet !== undefined) asked.selectionSets.add(node.selectionSet);
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#spread(node, into);
      if (fragment === null) continue;
      const narrowed = this.#narrow(fragment, parent, into.type);
      if (narrowed !== null) this.#add(fragment.selectionSet, narrowed, into);
    }
  }

  /** Null for a fragment that has been spread here before. */
  #spread({ name }: FragmentSpreadNode, { spread }: Collected): FragmentDefinitionNode | null {
    if (spread.has(name.value)) return null;
    spread.add(name.value);
    return this.#input.fragments.get(name.value) ?? null;
  }

  /** The type to which the fields of a fragment apply; null when the object is not of that type. */
  #narrow(
    { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
    parent: GraphQLCompositeType,
    type: GraphQLCompositeType,
  ): GraphQLCompositeType | null {
    if (typeCondition === undefined) return parent;
    const { schema } = this.#input;
    const condition = schema.getType(typeCondition.name.value);
    if (!isCompositeType(condition)) return null;
    if (condition === type) return condition;
    const isSubtype = isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type);
    return isSubtype ? condition : null;
  }

  #isIncluded(node: SelectionNode): boolean {
    if (node.directives === undefined || node.directives.length === 0) return true;
    const { variables } = this.#input;
    const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, node, variables);
    return skip?.['if'] !== true && include?.['if'] !== false;
  }

  #shaped(key: string, { name, parent, selectionSets }: Asked): ShapedField {
    if (name === TYPE_NAME) return { kind: 'type name', key };
    const definition = isUnionType(parent) ? undefined : parent.getFields()[name];
    // Cannot happen: operations are validated, and introspection is answered elsewhere.
    if (definition === undefined) throw new Error(`the type ${parent.name} has no field ${name}`);
    const [only] = selectionSets;
    const byType: ByType = new Map();
    return {
      kind: 'field',
      key,
      type: definition.type,
      parentName: parent.name,
      fieldsOf:
        only !== undefined && selectionSets.size === 1
          ? (type) => this.collect(only, type)
          : (type) => remember(byType, type, () => this.#collectAll(selectionSets, type)),
    };
  }
}

function remember(
  byType: ByType,
  type: GraphQLCompositeType,
  make: () => readonly ShapedField[],
): readonly ShapedField[] {
  const known = byType.get(type);
  if (known !== undefined) return known;
  const made = make();
  byType.set(type, made);
  return made;
}
