import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';

/** An operation with the fragments and variables that it uses, and no others. */
export interface OwnDefinitions {
  readonly operation: OperationDefinitionNode;
  readonly fragments: readonly FragmentDefinitionNode[];
}

/**
 * The requested operation without the rest of its document: planners process every fragment, including those of other
 * operations, whose variables this one does not have. Null when no operation has the name.
 */
export function ownDefinitions(
  document: DocumentNode,
  operationName: string | undefined,
): OwnDefinitions | null {
  const operation = getOperationAST(document, operationName);
  return operation ? { operation, fragments: usedFragments(document, operation) } : null;
}

export function documentOf({ operation, fragments }: OwnDefinitions): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
}

/** The operation without the fragments and variables that it does not use any more. */
export function withoutUnused({ operation, fragments }: OwnDefinitions): OwnDefinitions {
  const document = documentOf({ operation, fragments });
  const used = usedFragments(document, operation);
  const variables = new Set<string>();
  for (const node of [operation, ...used]) {
    visit(node, {
      // Skips the definitions, which contain the variables too.
      VariableDefinition: () => false,
      Variable: ({ name }) => {
        variables.add(name.value);
      },
    });
  }
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    variables.has(variable.name.value),
  );
  return {
    operation: { ...operation, ...(variableDefinitions === undefined ? {} : { variableDefinitions }) },
    fragments: used,
  };
}

function usedFragments(document: DocumentNode, operation: OperationDefinitionNode): FragmentDefinitionNode[] {
  const byName = fragmentsByName(document);
  const used = new Set<FragmentDefinitionNode>();
  const follow = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = byName.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        follow(fragment);
      },
    });
  };
  follow(operation);
  return [...used];
}

export function fragmentsByName({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
}
