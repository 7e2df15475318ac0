/** Composition root of a shard: everything that serves the apps placed on it, behind the one contract gateways know. */
import {
  type Catalog,
  type Config,
  createConnectionBudget,
  createDatabase,
  createDatabaseIfMissing,
  databaseUrl,
  dropDatabase,
  type Logger,
  mapConnectionErrors,
} from '@rocket/platform';
import {
  type ActivationInput,
  type ActivationReport,
  type CallContext,
  type Placed,
  type Placement,
  RocketError,
  type ShardName,
  type ShardService,
  type SubgraphOperation,
} from '@rocket/schema';
import { createAppDatabases } from './runtime/app-databases.ts';
import { executeOperation } from './runtime/execute-operation.ts';
import { createModels } from './runtime/models.ts';
import { createPlacements } from './runtime/placements.ts';
import { createDocuments } from './runtime/prepared-operation.ts';
import { createRequestContext } from './runtime/request-context.ts';
import type { ShardMetrics } from './runtime/shard-metrics.ts';
import { createSubgraphs } from './runtime/subgraphs.ts';
import { activateTables } from './tables/activate-tables.ts';
import { createShardUsers } from './users/shard-users.ts';
import { createWritePipeline } from './write/pipeline.ts';

export interface ShardOptions {
  readonly name: ShardName;
  readonly catalog: Catalog;
  readonly config: Pick<Config, 'poolMaxPerApp' | 'poolMaxPerProcess' | 'poolAcquireTimeoutMs'>;
  readonly logger: Logger;
  readonly metrics: ShardMetrics;
}

export interface Shard extends ShardService {
  /** Stops following the catalog and closes the databases after what is running. */
  close(): Promise<void>;
}

/** @throws RocketError `NOT_FOUND` when no shard of this name is registered. */
export async function createShard(options: ShardOptions): Promise<Shard> {
  const { catalog, config, metrics } = options;
  const logger = options.logger.child({ shard: options.name });
  const { databaseUrl: server } = await catalog.shardRegistration(options.name);
  const placements = await createPlacements(catalog, options.name, (error) =>
    logger.warn({ err: error }, 'the catalog cannot be followed'),
  );
  const budget = createConnectionBudget({ maxPerProcess: config.poolMaxPerProcess });
  const databases = createAppDatabases(
    ({ app, database }) =>
      createDatabase({
        url: databaseUrl(server, database),
        logger,
        applicationName: `rocket-${options.name}-${app}`,
        max: config.poolMaxPerApp,
        acquireTimeoutMs: config.poolAcquireTimeoutMs,
        budget,
        onStatement: () => metrics.statement(app),
      }),
    (error) => logger.warn({ err: error }, 'a database did not close in order'),
  );
  const models = createModels(catalog);
  const subgraphs = createSubgraphs(catalog, models);
  const documents = createDocuments();
  // Operations say themselves what a lost database means for them; for all else it is the app that does not answer.
  const databaseAt = async (at: Placed) =>
    mapConnectionErrors(
      databases.get(await placements.admit(at.app, at.epoch)),
      (cause) => new RocketError('SHARD_UNAVAILABLE', 'The database of this app does not answer', { cause }),
    );

  return {
    execute: (context, operation) => execute(context, operation),
    activate: (input) => activate(input),
    removeApp: async (at) => {
      const placement = await placements.admit(at.app, at.epoch);
      await databases.release(at.app);
      await dropDatabase(server, placement.database);
    },
    users: createShardUsers(databaseAt),
    close: async () => {
      await placements.close();
      await databases.close();
    },
  };

  async function execute(context: CallContext, operation: SubgraphOperation) {
    const startedAtMs = performance.now();
    const placement = await placements.admit(context.app, context.epoch);
    if (Date.now() >= context.deadlineAtMs) throw new RocketError('DEADLINE_EXCEEDED');
    const { model, schema, index } = await subgraphs.get(context.graph, context.app);
    const database = databases.get(placement);
    const writes = createWritePipeline({ database, model, logger });
    const request = createRequestContext({
      model,
      schema,
      index,
      caller: context.caller,
      deadlineAtMs: context.deadlineAtMs,
      primary: database,
      reader: async () => database,
      writes,
    });
    const answer = await executeOperation(request, {
      prepared: documents.prepare(schema, operation),
      variables: operation.variables,
      operationName: operation.operationName,
      requestId: context.requestId,
      logger,
    });
    const seconds = (performance.now() - startedAtMs) / 1000;
    metrics.operation(context.app, answer.hasErrors ? 'errors' : 'ok', seconds);
    return answer;
  }

  async function activate(input: ActivationInput): Promise<ActivationReport> {
    const placement: Placement = await placements.admit(input.app, input.epoch);
    await createDatabaseIfMissing(server, placement.database);
    const model = await models.get(input.app, input.revision);
    return activateTables({
      database: databases.get(placement),
      model,
      revision: input.revision,
      epoch: input.epoch,
      sampleData: input.sampleData,
    });
  }
}
