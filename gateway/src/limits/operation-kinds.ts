import { type ASTVisitor, GraphQLError, OperationTypeNode, type ValidationContext } from 'graphql';

const PLURALS = { query: 'queries', mutation: 'mutations', subscription: 'subscriptions' } as const;

/**
 * Refuses operations that no executor of ours takes. graphql's own rules pass over a schema without the root type, and
 * the executor would fail with what looks like a fault on our side.
 */
export function operationKindRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      const offered =
        node.operation !== OperationTypeNode.SUBSCRIPTION &&
        Boolean(context.getSchema().getRootType(node.operation));
      if (offered) return;
      context.reportError(new GraphQLError(`There are no ${PLURALS[node.operation]} here`, { nodes: node }));
    },
  };
}
