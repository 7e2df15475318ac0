/** Executes the operations that gateways send, each in the graph revision and for the caller that it names. */
import type { Logger } from '@rocket/platform';
import { type CallContext, RocketError, type ShardService } from '@rocket/schema';
import type { AppInsights } from '../advice/app-insights.ts';
import type { OpenApps } from '../apps/open-apps.ts';
import type { ShardMetrics } from '../apps/shard-metrics.ts';
import type { WebhookCaller } from '../webhooks/webhook-caller.ts';
import { createWritePipeline } from '../write/pipeline.ts';
import { executeOperation } from './execute-operation.ts';
import { createDocuments } from './prepared-operation.ts';
import { createRequestContext, type RequestContext } from './request-context.ts';
import type { CommandWorkflows } from './workflow-commands.ts';

export interface OperationParts {
  readonly apps: OpenApps;
  readonly insights: AppInsights;
  readonly webhooks: WebhookCaller;
  readonly workflows: CommandWorkflows;
  readonly logger: Logger;
  readonly metrics: ShardMetrics;
}

export function serveOperations(parts: OperationParts): Pick<ShardService, 'execute'> {
  const { logger, metrics } = parts;
  const documents = createDocuments();
  return {
    execute: async (context, operation, signal) => {
      const startedAtMs = performance.now();
      const request = await requestContext(parts, context, signal);
      const answer = await executeOperation(request, {
        prepared: documents.prepare(request.schema, operation),
        variables: operation.variables,
        operationName: operation.operationName,
        requestId: context.requestId,
        logger,
      });
      const seconds = (performance.now() - startedAtMs) / 1000;
      metrics.operation(context.app, answer.hasErrors ? 'errors' : 'ok', seconds);
      return answer;
    },
  };
}

async function requestContext(
  { apps, insights, webhooks, workflows, logger }: OperationParts,
  context: CallContext,
  signal: AbortSignal | undefined,
): Promise<RequestContext> {
  const { app, caller, deadlineAtMs } = context;
  const placement = await apps.admit(context);
  if (Date.now() >= deadlineAtMs) throw new RocketError('DEADLINE_EXCEEDED');
  const { model, revision, schema, index } = await apps.subgraph(context.graph, app);
  const database = apps.database(placement);
  const committed: string[] = [];
  const onCommitted = (events: readonly string[]) => {
    for (const id of events) committed.push(id);
  };
  return createRequestContext({
    model,
    schema,
    index,
    caller,
    deadlineAtMs,
    signal,
    wantsFacts: context.wantsFacts === true,
    database,
    minLsn: context.minLsn ?? null,
    writes: createWritePipeline({
      outbox: apps.outbox(placement),
      database: database.primary,
      model,
      revision,
      logger,
      webhooks,
      deadlineAtMs,
      onCommitted,
    }),
    workflows: workflows({ placement, model, revision, deadlineAtMs, onCommitted }),
    committed,
    isMoving: async () => placement.state === 'moving' && (await apps.isMoving(placement)),
    advice: insights.of(app).advice,
  });
}
