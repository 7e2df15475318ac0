import type { GraphQLDataSource } from '@apollo/gateway';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { Logger } from '@rocket/platform';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isUnexpected, maskError } from '../errors/mask.ts';
import type { GraphContext } from '../graph-context.ts';
import { namesApplicationJson } from '../http/accept.ts';
import { operationKindRule } from '../limits/operation-kinds.ts';
import { DEFAULT_OPERATION_LIMITS, operationRules } from '../limits/operation-rules.ts';
import { createDocumentStore } from './document-store.ts';
import type { KnownOperations } from './known-operations.ts';
import { refusalPlugin } from './refusal-plugin.ts';

/** Of plans kept per graph; Apollo's default is 30, and strangers decide what is in there. */
const PLAN_STORE_MIB = 8;

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
    validationRules: [operationKindRule, ...operationRules(DEFAULT_OPERATION_LIMITS)],
    documentStore: createDocumentStore(),
    stringifyResult: (value: unknown) => JSON.stringify(value),
  } as const;
}

/** Logs what callers only see as INTERNAL_ERROR, and settles the status by the media type of the answer. */
export function requestPlugin<T extends { requestId: string }>(logger: Logger): ApolloServerPlugin<T> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request }) {
          if (operation !== undefined) return;
          // The executor would find out too, and answer with status 500.
          throw new GraphQLError(unknownOperation(request.operationName), {
            extensions: { code: 'BAD_REQUEST', http: { status: 400, headers: new HeaderMap() } },
          });
        },
        async didEncounterErrors({ errors, contextValue, operationName }) {
          for (const error of errors.filter(isUnexpected)) {
            const facts = {
              err: error,
              cause: error.originalError,
              requestId: contextValue.requestId,
              operationName,
            };
            logger.error(facts, 'unexpected error in a GraphQL request');
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

function unknownOperation(name: string | undefined): string {
  return name === undefined
    ? 'The document has several operations: "operationName" has to say which'
    : 'The document has no operation of the given name';
}

/** A started Apollo Server over a gateway of its own. Loading is synchronous work: keep supergraphs small. */
export async function startGatewayServer(
  options: ApolloOptions & {
    readonly supergraphSdl: string;
    readonly buildDataSource: (subgraph: { name: string; url: string }) => GraphQLDataSource<GraphContext>;
    /** Learns from the plans of operations which of them need none. */
    readonly operations?: KnownOperations;
  },
): Promise<ApolloServer<GraphContext>> {
  const { operations } = options;
  const gateway = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name, url }) => options.buildDataSource({ name, url: url ?? '' }),
    experimental_approximateQueryPlanStoreMiB: PLAN_STORE_MIB,
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: true },
    ...(operations === undefined
      ? {}
      : { experimental_didResolveQueryPlan: (planned) => operations.learn(planned) }),
    // On by default outside production: any caller could ask for the plan by a header.
    __exposeQueryPlanExperimental: false,
    logger: apolloLogger(options.logger),
  });
  const shared = apolloOptions(options);
  const server = new ApolloServer<GraphContext>({
    ...shared,
    validationRules: [...shared.validationRules],
    plugins: [requestPlugin(options.logger), refusalPlugin],
    gateway,
  });
  await server.start();
  return server;
}

/** Apollo tells of every load at level info, which here is daily business. */
function apolloLogger(logger: Logger) {
  const at = (level: 'debug' | 'warn' | 'error') => (message?: unknown) =>
    logger[level]({ apollo: true }, String(message));
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
}
