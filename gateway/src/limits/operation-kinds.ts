import { type ASTVisitor, GraphQLError, OperationTypeNode, type ValidationContext } from 'graphql';

const PLURALS = { query: 'queries', mutation: 'mutations', subscription: 'subscriptions' } as const;

/**
 * Refuses operations that our executors do not support. graphql's own rules ignore a missing root type, and the
 * executor would fail with what looks like our own fault.
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
