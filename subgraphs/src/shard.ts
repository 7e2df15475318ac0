/** Composition root of a shard: everything that serves the apps placed on it, behind the one contract gateways know. */
import type { Catalog, Logger, SlowQuery } from '@rocket/platform';
import {
  type ActivationInput,
  type ActivationReport,
  type AppName,
  type CallContext,
  type Placed,
  type Placement,
  RocketError,
  type Settlement,
  type ShardName,
  type ShardService,
  type SlowQueryReport,
  type SubgraphOperation,
} from '@rocket/schema';
import { adviseApp } from './advice/advise-app.ts';
import { createAppInsights } from './apps/app-insights.ts';
import { createModels } from './apps/models.ts';
import { createPlacements } from './apps/placements.ts';
import type { ShardMetrics } from './apps/shard-metrics.ts';
import { createSubgraphs } from './apps/subgraphs.ts';
import type { AppDatabase } from './databases/app-database.ts';
import { createAppStorage } from './databases/app-storage.ts';
import { createShardDatabases, type DatabaseConfig } from './databases/shard-databases.ts';
import { createIndexCare } from './indexes/index-care.ts';
import { executeOperation } from './operation/execute-operation.ts';
import { createDocuments } from './operation/prepared-operation.ts';
import { createRequestContext } from './operation/request-context.ts';
import { activateTables } from './tables/activate-tables.ts';
import { settleActivation } from './tables/settle-activation.ts';
import { createShardUsers } from './users/shard-users.ts';
import { createWritePipeline } from './write/pipeline.ts';

export interface ShardOptions {
  readonly name: ShardName;
  readonly catalog: Catalog;
  readonly config: DatabaseConfig;
  readonly logger: Logger;
  readonly metrics: ShardMetrics;
}

export interface Shard extends ShardService {
  /** Stops following the catalog and closes the databases after what is running. */
  close(): Promise<void>;
}

/** @throws RocketError `NOT_FOUND` when no shard of this name is registered. */
export async function createShard(options: ShardOptions): Promise<Shard> {
  const { catalog, metrics } = options;
  const logger = options.logger.child({ shard: options.name });
  const insights = createAppInsights();
  const indexCare = createIndexCare(logger);
  const models = createModels(catalog);
  const subgraphs = createSubgraphs(catalog, models);
  const documents = createDocuments();
  const databases = await createShardDatabases({ ...options, logger, onSlowQuery, onOpened });
  const placements = await createPlacements(catalog, options.name, (error) =>
    logger.warn({ err: error }, 'the catalog cannot be followed'),
  );
  const storage = createAppStorage(databases, placements);
  const databaseAt = async (at: Placed) => databases.get(await placements.admit(at.app, at.epoch));

  return {
    execute: (context, operation, signal) => execute(context, operation, signal),
    activate: (input) => activate(input),
    settleActivation: (at) => settle(at),
    removeApp: async (at) => {
      const placement = await placements.admit(at.app, at.epoch);
      await storage.drop(placement);
      insights.forget(at.app);
    },
    advise: async (at) => {
      const { primary } = await databaseAt(at);
      return await adviseApp(primary, await activeModel(at.app), insights.of(at.app).advice);
    },
    slowQueries: (at, input) => slowQueries(at, input.plans),
    users: createShardUsers(async (at) => (await databaseAt(at)).primary),
    close: async () => {
      indexCare.close();
      await placements.close();
      await databases.close();
    },
  };

  async function execute(context: CallContext, operation: SubgraphOperation, signal?: AbortSignal) {
    const startedAtMs = performance.now();
    const placement = await placements.admit(context.app, context.epoch);
    if (Date.now() >= context.deadlineAtMs) throw new RocketError('DEADLINE_EXCEEDED');
    const { model, schema, index, appId } = await subgraphs.get(context.graph, context.app);
    // A gateway that has yet to learn of the removal asks by the rules of the former app of this name.
    if (placements.appId(context.app) !== appId) {
      throw new RocketError('WRONG_EPOCH', `App ${context.app} is not the one that was asked for`);
    }
    const database = databases.get(placement);
    const request = createRequestContext({
      model,
      schema,
      index,
      caller: context.caller,
      deadlineAtMs: context.deadlineAtMs,
      signal,
      database,
      minLsn: context.minLsn ?? null,
      writes: createWritePipeline({
        database: database.primary,
        model,
        logger,
        deadlineAtMs: context.deadlineAtMs,
      }),
      advice: insights.of(context.app).advice,
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
    await storage.prepare(placement);
    const { model } = await models.get(input.app, input.revision);
    return activateTables({
      database: databases.get(placement).primary,
      model,
      revision: input.revision,
      epoch: input.epoch,
      sampleData: input.sampleData,
      onProblem: (error) => logger.warn({ app: input.app, err: error }, 'an index could not be built'),
    });
  }

  async function settle(at: Placed & Pick<ActivationInput, 'revision'>): Promise<Settlement> {
    const placement = await placements.admit(at.app, at.epoch);
    try {
      await storage.prepare(placement);
    } catch (error) {
      // Not the app's database, so no activation has been there, and none will.
      if (error instanceof RocketError && error.code === 'CONFLICT') return 'abandoned';
      throw error;
    }
    return await settleActivation(databases.get(placement).primary, at.revision);
  }

  async function slowQueries(at: Placed, plans: boolean): Promise<readonly SlowQueryReport[]> {
    const { primary } = await databaseAt(at);
    const { slow } = insights.of(at.app);
    const reports: SlowQueryReport[] = [];
    for (const statement of slow.list()) {
      reports.push({ ...statement, plan: plans ? await slow.explain(primary, statement.text) : null });
    }
    return reports;
  }

  async function activeModel(app: AppName) {
    const revision = placements.activeRevision(app);
    if (revision === null) throw new RocketError('APP_NOT_FOUND', `App ${app} has no active document`);
    return (await models.get(app, revision)).model;
  }

  function onSlowQuery(app: AppName, { text, durationMs, label, rows }: SlowQuery): void {
    insights.of(app).slow.record({ text, durationMs, label });
    const fields = { app, operation: label, durationMs: Math.round(durationMs), rows, statement: text };
    logger.warn(fields, 'a statement was slow');
  }

  function onOpened({ app }: Placement, { primary }: AppDatabase): void {
    // At another epoch it may be another app, or have come back from another shard.
    insights.forget(app);
    indexCare.opened({
      app,
      database: primary,
      revision: async () => {
        const revision = placements.activeRevision(app);
        return revision === null ? null : { revision, model: (await models.get(app, revision)).model };
      },
    });
  }
}
