import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Bounds of one document. */
export interface OperationLimits {
  /** Lexical tokens; bounds what parsing and validation can cost. */
  readonly maxTokens: number;
  /** Levels of fields. An introspection query of a tool takes about 15. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** Root fields of one operation, with those that fragments bring in. */
  readonly maxRootFields: number;
}

export const DEFAULT_OPERATION_LIMITS: OperationLimits = {
  maxTokens: 2_000,
  maxDepth: 30,
  maxAliases: 100,
  maxRootFields: 50,
};

/** Size of a selection with its fragments spread. */
interface Extent {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
}

/** Validation rules that hold each operation to the limits. They run beside graphql's own rules, never instead of them. */
export function operationRules(limits: OperationLimits): ValidationRule[] {
  return [
    (context: ValidationContext): ASTVisitor => {
      const extentOf = measure(context);
      return {
        OperationDefinition(node) {
          const extent = extentOf(node.selectionSet);
          const refuse = (what: string, found: number, limit: number) => {
            if (found <= limit) return;
            context.reportError(
              new GraphQLError(`The operation has ${what} ${found}; at most ${limit} is allowed`, {
                nodes: node,
              }),
            );
          };
          refuse('a depth of', extent.depth, limits.maxDepth);
          refuse('a number of aliases of', extent.aliases, limits.maxAliases);
          refuse('a number of root fields of', extent.rootFields, limits.maxRootFields);
        },
      };
    },
  ];
}

/**
 * Each fragment is measured once, however often it is spread, so the work is linear in the document. Sums may grow
 * beyond any bound through nested spreads: that is the point of measuring them. A fragment that spreads itself counts
 * nothing here; graphql's own rules refuse it.
 */
function measure(context: ValidationContext): (selectionSet: SelectionSetNode) => Extent {
  const measured = new Map<string, Extent>();
  const empty: Extent = { depth: 0, aliases: 0, rootFields: 0 };
  const ofFragment = (fragment: FragmentDefinitionNode): Extent => {
    const known = measured.get(fragment.name.value);
    if (known !== undefined) return known;
    measured.set(fragment.name.value, empty);
    const extent = ofSelection(fragment.selectionSet);
    measured.set(fragment.name.value, extent);
    return extent;
  };
  const ofSelection = (selectionSet: SelectionSetNode): Extent => {
    const parts = selectionSet.selections.map((selection): Extent => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return ofSelection(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = context.getFragment(selection.name.value);
        return fragment ? ofFragment(fragment) : empty;
      }
      const inner = selection.selectionSet === undefined ? empty : ofSelection(selection.selectionSet);
      return {
        depth: inner.depth + 1,
        aliases: inner.aliases + (selection.alias === undefined ? 0 : 1),
        rootFields: 1,
      };
    });
    return {
      depth: Math.max(0, ...parts.map((part) => part.depth)),
      aliases: parts.reduce((sum, part) => sum + part.aliases, 0),
      rootFields: parts.reduce((sum, part) => sum + part.rootFields, 0),
    };
  };
  return ofSelection;
}
