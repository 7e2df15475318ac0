import { type ASTVisitor, GraphQLError, OperationTypeNode, type ValidationContext } from 'graphql';

const PLURALS = { query: 'queries', mutation: 'mutations', subscription: 'subscriptions' } as const;

/**
 * Refuses operations that are not answered at once. graphql's own rules ignore a missing root type, and the executor
 * would fail with what looks like our own fault.
 */
export function operationKindRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      const exists = Boolean(context.getSchema().getRootType(node.operation));
      if (exists && node.operation !== OperationTypeNode.SUBSCRIPTION) return;
      const message = exists
        ? 'Subscriptions go over WebSocket or text/event-stream'
        : `There are no ${PLURALS[node.operation]} here`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}
