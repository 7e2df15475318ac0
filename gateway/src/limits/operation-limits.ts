import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type NameNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { fragmentsByName } from '../documents/own-definitions.ts';

/** Bounds of one document. */
export interface OperationLimits {
  /** Lexical tokens; bounds what parsing and validation can cost. */
  readonly maxTokens: number;
  /** Levels of fields. An introspection query of a tool takes about 15. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** Fields of one operation, counted for every spread of a fragment: the time of planning grows with their number. */
  readonly maxFields: number;
  /** Root fields of one operation, including those of fragments. */
  readonly maxRootFields: number;
  readonly maxNameLength: number;
}

export const DEFAULT_OPERATION_LIMITS: OperationLimits = {
  maxTokens: 2_000,
  maxDepth: 30,
  maxAliases: 100,
  maxFields: 5_000,
  maxRootFields: 50,
  maxNameLength: 255,
};

/** Size of a selection with its fragments spread. */
interface Extent {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly rootFields: number;
}

/**
 * The limits that the operations of a document exceed. Check them before graphql's own rules run, whose cost grows with
 * the square of what is counted here, but not instead of them.
 */
export function exceededLimits(document: DocumentNode, limits: OperationLimits): readonly GraphQLError[] {
  const long = longName(document, limits.maxNameLength);
  if (long !== null) return [long];
  const extentOf = measure(document);
  return document.definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [];
    const { depth, aliases, fields, rootFields } = extentOf(node.selectionSet);
    const counts = [
      ['a depth of', depth, limits.maxDepth],
      ['a number of aliases of', aliases, limits.maxAliases],
      ['a number of fields of', fields, limits.maxFields],
      ['a number of root fields of', rootFields, limits.maxRootFields],
    ] as const;
    return counts
      .filter(([, found, limit]) => found > limit)
      .map(([what, found, limit]) =>
        refusal(`The operation has ${what} ${found}; at most ${limit} is allowed`, node),
      );
  });
}

/** The time of suggestions for a misspelt name grows with the product of the lengths. */
function longName(document: DocumentNode, maxLength: number): GraphQLError | null {
  let found: NameNode | null = null;
  visit(document, {
    Name: (node) => {
      if (node.value.length <= maxLength) return undefined;
      found = node;
      return BREAK;
    },
  });
  return found === null ? null : refusal(`A name is longer than ${maxLength} characters`, found);
}

function refusal(message: string, node: ASTNode): GraphQLError {
  return new GraphQLError(message, { nodes: node, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

/**
 * Each fragment is measured once, however often it is spread, so the work is linear in the document. Sums may grow
 * without bound through nested spreads, which is why they are measured. A fragment that spreads itself counts nothing
 * here; graphql's own rules refuse it.
 */
function measure(document: DocumentNode): (selectionSet: SelectionSetNode) => Extent {
  const fragments = fragmentsByName(document);
  const measured = new Map<string, Extent>();
  const empty: Extent = { depth: 0, aliases: 0, fields: 0, rootFields: 0 };
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
        const fragment = fragments.get(selection.name.value);
        return fragment ? ofFragment(fragment) : empty;
      }
      const inner = selection.selectionSet === undefined ? empty : ofSelection(selection.selectionSet);
      return {
        depth: inner.depth + 1,
        aliases: inner.aliases + (selection.alias === undefined ? 0 : 1),
        fields: inner.fields + 1,
        rootFields: 1,
      };
    });
    return {
      depth: Math.max(0, ...parts.map((part) => part.depth)),
      aliases: parts.reduce((sum, part) => sum + part.aliases, 0),
      fields: parts.reduce((sum, part) => sum + part.fields, 0),
      rootFields: parts.reduce((sum, part) => sum + part.rootFields, 0),
    };
  };
  return ofSelection;
}
