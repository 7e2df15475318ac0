/** What a shard process counts. Made once per process, also when it runs several shards. */
import type { Metrics } from '@rocket/platform';
import type { AppName } from '@rocket/schema';

export interface ShardMetrics {
  statement(app: AppName): void;
  operation(app: AppName, outcome: 'ok' | 'errors', durationSeconds: number): void;
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
  return {
    statement: (app) => statements.inc({ app }),
    operation: (app, outcome, durationSeconds) => operations.observe({ app, outcome }, durationSeconds),
  };
}
