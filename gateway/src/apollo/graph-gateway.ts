import type { ApolloServer } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { RocketError } from '@rocket/schema';
import { GraphQLError } from 'graphql';
import type { SubgraphSource } from '../execution/subgraph-source.ts';
import type { KnownOperations } from '../fast-path/known-operations.ts';
import type { GraphContext } from '../graph-context.ts';
import { OperationExecutor } from '../plan-execution/operation-executor.ts';
import type { PlannedGraph } from '../planning/planner.ts';

/** The gateway interface of Apollo Server, which parses and validates and leaves the execution to the gateway. */
type ApolloGateway = NonNullable<ConstructorParameters<typeof ApolloServer<GraphContext>>[0]['gateway']>;
type SchemaListener = Parameters<ApolloGateway['onSchemaLoadOrUpdate']>[0];
type Executor = NonNullable<Awaited<ReturnType<ApolloGateway['load']>>['executor']>;

export interface GraphGatewayOptions {
  readonly graph: PlannedGraph;
  readonly supergraphSdl: string;
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  /** Learns from plans which operations can skip planning. */
  readonly operations: KnownOperations | undefined;
  readonly tellsMisfits: boolean;
}

/** One planned graph for one Apollo Server. The graph is dropped when the server stops. */
export class GraphGateway implements ApolloGateway {
  readonly #options: GraphGatewayOptions;
  readonly #executor: OperationExecutor;
  readonly #listeners = new Set<SchemaListener>();

  constructor(options: GraphGatewayOptions) {
    const { graph, sources, tellsMisfits } = options;
    const { apiSchema, subtypes } = graph;
    this.#options = options;
    this.#executor = new OperationExecutor({ apiSchema, subtypes, sources, tellsMisfits });
  }

  onSchemaLoadOrUpdate(listener: SchemaListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load() {
    const { graph, supergraphSdl } = this.#options;
    const loaded = { apiSchema: graph.apiSchema, coreSupergraphSdl: supergraphSdl };
    for (const listener of this.#listeners) listener(loaded);
    return { executor: this.#execute };
  }

  async stop(): Promise<void> {
    this.#options.graph.drop();
  }

  readonly #execute: Executor = async ({ document, operation, request, queryHash, source, ...more }) => {
    // Apollo types contexts as records of `any`; this one was made by `askGraph`.
    const context = more.context as GraphContext;
    const { operationName, variables = {} } = request;
    const plan = async () => {
      const asked = { hash: queryHash, source, operationName, deadlineAtMs: context.deadlineAtMs };
      const queryPlan = await this.#options.graph.plan(asked);
      this.#options.operations?.learn(queryPlan, context.asked);
      return queryPlan;
    };
    try {
      return await this.#executor.execute({ document, operation, variables, context, plan });
    } catch (error) {
      throw withStatus(error);
    }
  };
}

/** An operation without a plan, or with too large an answer, has no partial answer, so the error decides the status. */
function withStatus(error: unknown): unknown {
  if (!(error instanceof RocketError)) return error;
  const { message, code, status } = error;
  return new GraphQLError(message, {
    originalError: error,
    extensions: { code, http: { status, headers: new HeaderMap() } },
  });
}
