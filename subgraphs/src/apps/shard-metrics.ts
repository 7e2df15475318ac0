/** Metrics of a shard process. Made once per process, even if it runs several shards. */
import { createPoolMetrics, type Metrics, type PoolMetrics, type ServerStatus } from '@rocket/platform';
import type { AppName, ShardName } from '@rocket/schema';
import { createOutboxMetrics, type OutboxMetrics } from '../outbox/outbox-metrics.ts';
import { createWebhookMetrics, type WebhookMetrics } from '../workers/webhooks/webhook-metrics.ts';
import { createWorkflowMetrics, type WorkflowMetrics } from '../workers/workflows/workflow-metrics.ts';

export interface ShardMetrics {
  readonly pools: PoolMetrics;
  readonly outboxes: OutboxMetrics;
  readonly workflows: WorkflowMetrics;
  readonly webhooks: WebhookMetrics;
  statement(app: AppName): void;
  operation(app: AppName, outcome: 'ok' | 'errors', durationSeconds: number): void;
  read(app: AppName, server: 'primary' | 'replica'): void;
  server(shard: ShardName, status: ServerStatus): void;
  serverRemoved(shard: ShardName, server: string): void;
}

export function createShardMetrics(metrics: Metrics): ShardMetrics {
  const statements = metrics.counter({
    name: 'rocket_sql_statements_total',
    help: 'SQL statements sent, by app; BEGIN, COMMIT and ROLLBACK are not counted',
    labelNames: ['app'],
  });
  const operations = metrics.histogram({
    name: 'rocket_subgraph_operation_seconds',
    help: 'Time a shard took for one operation of a subgraph',
    labelNames: ['app', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  });
  const reads = metrics.counter({
    name: 'rocket_reads_total',
    help: 'Reads by app and by kind of server that they were sent to',
    labelNames: ['app', 'server'],
  });
  return {
    pools: createPoolMetrics(metrics),
    outboxes: createOutboxMetrics(metrics),
    workflows: createWorkflowMetrics(metrics),
    webhooks: createWebhookMetrics(metrics),
    statement: (app) => statements.inc({ app }),
    operation: (app, outcome, durationSeconds) => operations.observe({ app, outcome }, durationSeconds),
    read: (app, server) => reads.inc({ app, server }),
    ...serverMetrics(metrics),
  };
}

function serverMetrics(metrics: Metrics): Pick<ShardMetrics, 'server' | 'serverRemoved'> {
  const labelNames = ['shard', 'server'];
  const up = metrics.gauge({
    name: 'rocket_postgres_up',
    help: 'Whether a Postgres server of a shard with replicas answers',
    labelNames,
  });
  const used = metrics.gauge({
    name: 'rocket_postgres_used',
    help: 'Whether reads are sent to a Postgres server',
    labelNames,
  });
  const lag = metrics.gauge({
    name: 'rocket_replica_lag_bytes',
    help: 'Log that a replica has yet to replay',
    labelNames,
  });
  return {
    server: (shard, status) => {
      const labels = { shard, server: status.name };
      up.set(labels, Number(status.up));
      used.set(labels, Number(status.used));
      if (status.lagBytes !== null) lag.set(labels, status.lagBytes);
    },
    serverRemoved: (shard, server) => {
      for (const gauge of [up, used, lag]) gauge.remove({ shard, server });
    },
  };
}
