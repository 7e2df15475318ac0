import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import { publicResult } from '../stream-errors.ts';
import { StreamOperation } from '../stream-operation.ts';
import type { Connection } from './connection.ts';

/**
 * The library is given every operation as a subscription, which a query then ends after one result: what it is, the
 * operation finds out itself, so that what refuses it becomes a message of type `error` in one way. Neither the document
 * nor the schema is looked at.
 */
const DOCUMENT = parse('subscription { any }');
const SCHEMA = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { any: { type: GraphQLString } } }),
});

/** The protocol `graphql-transport-ws`. */
export function createWebSocketProtocol(initWaitMs: number): Server<Connection> {
  return makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: initWaitMs,
    onConnect: ({ extra, connectionParams }) => extra.connect(connectionParams),
    onSubscribe: ({ extra }, id) => ({
      ...{ document: DOCUMENT, schema: SCHEMA },
      contextValue: extra.operations.get(id),
    }),
    subscribe({ contextValue }) {
      if (contextValue instanceof StreamOperation) return contextValue;
      throw new Error('The library began an operation that there is not');
    },
    onNext: (_context, _id, _payload, _args, result) => publicResult(result),
    onError: ({ extra }, id, _payload, [error]) => extra.operations.errorsOf(id, error),
  });
}
