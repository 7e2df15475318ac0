import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { Logger } from '@rocket/platform';
import type { CrossAppReference } from '@rocket/schema';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { plannerNames } from '../documents/answer-keys.ts';
import type { DocumentStage } from '../documents/prepare-document.ts';
import { isToldFault, isUnexpected, maskError, underlying } from '../errors/mask.ts';
import type { SubgraphSource } from '../execution/subgraph-source.ts';
import type { KnownOperations } from '../fast-path/known-operations.ts';
import type { GraphContext } from '../graph-context.ts';
import { namesApplicationJson } from '../http/accept.ts';
import { operationKindRule } from '../limits/operation-kinds.ts';
import { DEFAULT_OPERATION_LIMITS } from '../limits/operation-limits.ts';
import type { Planner } from '../planning/planner.ts';
import { serverDocuments } from './document-plugin.ts';
import { createDocumentStore } from './document-store.ts';
import { GraphGateway } from './graph-gateway.ts';
import { refusalPlugin } from './refusal-plugin.ts';

export interface ApolloOptions {
  readonly introspection: boolean;
  readonly logger: Logger;
  /** Makes an error public; the masking boundary unless told otherwise. */
  readonly formatError?: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** Options that every Apollo Server of the product shares: limits, masking, no reporting. */
export function apolloOptions(options: ApolloOptions) {
  return {
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    nodeEnv: 'production',
    logger: apolloLogger(options.logger),
    formatError: options.formatError ?? maskError,
    parseOptions: { maxTokens: DEFAULT_OPERATION_LIMITS.maxTokens },
    validationRules: [operationKindRule],
    documentStore: createDocumentStore(),
    stringifyResult: (value: unknown) => JSON.stringify(value),
  } as const;
}

/** Logs what callers only see as INTERNAL_ERROR, and settles the status by the media type of the answer. */
export function requestPlugin<T extends RequestContext>(logger: Logger): ApolloServerPlugin<T> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request, contextValue: { refusal } }) {
          if (refusal !== undefined) throw refused(refusal);
          if (operation !== undefined) return;
          // The executor would find this too, but answer with status 500.
          const message = unknownOperation(request.operationName);
          throw refused(new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } }));
        },
        async didEncounterErrors({ errors, contextValue, operationName }) {
          for (const error of errors.filter(isUnexpected)) {
            const { path, extensions } = error;
            const facts = {
              err: underlying(error),
              path,
              subgraph: extensions['serviceName'],
              requestId: contextValue.requestId,
              operationName,
            };
            // It has already been logged with its causes under the same id, by the subgraph or by the failed fetch.
            const level = isToldFault(error) ? 'debug' : 'error';
            logger[level](facts, 'unexpected error in a GraphQL request');
          }
        },
        async willSendResponse({ request, response, source }) {
          // GraphQL over HTTP: to a client that asks for application/json, a well-formed request that does not parse,
          // validate or coerce is answered with 200. `source` is set once the request is known to be well-formed.
          if (response.http.status !== 400 || source === undefined) return;
          if (namesApplicationJson(request.http?.headers.get('accept'))) response.http.status = 200;
        },
      };
    },
  };
}

/** What the plugins know of a request. */
interface RequestContext {
  readonly requestId: string;
  readonly refusal?: GraphQLError;
}

function refused(error: GraphQLError): GraphQLError {
  const { message, nodes, extensions } = error;
  const http = { status: 400, headers: new HeaderMap() };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { ...extensions, http } });
}

function unknownOperation(name: string | undefined): string {
  return name === undefined
    ? 'The document has several operations: "operationName" has to say which'
    : 'The document has no operation of the given name';
}

/** The server for the operations of one supergraph. */
export interface GatewayServer {
  readonly server: ApolloServer<GraphContext>;
  readonly documents: DocumentStage;
}

type Resolvers = NonNullable<ConstructorParameters<typeof ApolloServer>[0]['resolvers']>;

const NO_NAMES: ReadonlySet<string> = new Set();

/** A started Apollo Server over a schema of our own, without a planner. */
export async function startSchemaServer<T extends RequestContext & Pick<GraphContext, 'asked'>>(
  options: ApolloOptions & { readonly typeDefs: string; readonly resolvers?: Resolvers },
): Promise<{ readonly server: ApolloServer<T>; readonly documents: DocumentStage }> {
  const shared = apolloOptions(options);
  const documents = serverDocuments({
    plannerNames: NO_NAMES,
    references: [],
    introspection: options.introspection,
  });
  const server = new ApolloServer<T>({
    ...shared,
    validationRules: [...shared.validationRules],
    plugins: [requestPlugin(options.logger), documents.plugin],
    typeDefs: options.typeDefs,
    ...(options.resolvers === undefined ? {} : { resolvers: options.resolvers }),
  });
  await server.start();
  return { server, documents: documents.stage() };
}

/** A started Apollo Server over the subgraphs of a supergraph, which is loaded and planned in the planner's threads. */
export async function startGatewayServer(
  options: ApolloOptions & {
    readonly supergraphSdl: string;
    /** Fields whose records may not exist; absent for supergraphs that were composed elsewhere. */
    readonly references?: readonly CrossAppReference[];
    readonly planner: Planner;
    readonly buildDataSource: (subgraph: { name: string; url: string }) => SubgraphSource;
    /** Learns from plans which operations can skip planning. */
    readonly operations?: KnownOperations;
  },
): Promise<GatewayServer> {
  const { operations, introspection, supergraphSdl } = options;
  const graph = await options.planner.load(supergraphSdl);
  try {
    const sources = new Map(
      graph.subgraphs.map((subgraph) => [subgraph.name, options.buildDataSource(subgraph)]),
    );
    const shared = apolloOptions(options);
    const documents = serverDocuments({
      plannerNames: plannerNames(supergraphSdl),
      references: options.references ?? [],
      introspection,
    });
    const server = new ApolloServer<GraphContext>({
      ...shared,
      validationRules: [...shared.validationRules],
      plugins: [requestPlugin(options.logger), refusalPlugin, documents.plugin],
      gateway: new GraphGateway({
        ...{ graph, supergraphSdl, sources, operations },
        tellsMisfits: options.references === undefined,
      }),
    });
    await server.start();
    return { server, documents: documents.stage() };
  } catch (error) {
    graph.drop();
    throw error;
  }
}

/** Apollo logs every load at level info, but here loads are routine. */
function apolloLogger(logger: Logger) {
  const at = (level: 'debug' | 'warn' | 'error') => (message?: unknown) =>
    logger[level]({ apollo: true }, String(message));
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
}
