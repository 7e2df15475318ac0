/** What the shard of an app knows of how it is used, as the admin API shows it. */
import type {
  CountedShape,
  IndexRemedy,
  IndexSuggestion,
  Placed,
  ShardService,
  SlowQueryReport,
} from '@rocket/schema';
import { beforeDeadline } from '../execution/deadline.ts';
import { existingApp } from './existing-app.ts';
import type { AdminParts } from './parts.ts';

/** Somebody waits for it at a console; plans of many statements take a moment. */
const TIMEOUT_MS = 30_000;

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function appAdvice(name: string, parts: AdminParts) {
  const { since, suggestions } = await atShard(name, parts, (shard, at) => shard.advise(at));
  return { since, suggestions: suggestions.map((suggestion) => suggestionView(suggestion, name)) };
}

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function appSlowQueries(name: string, plans: boolean, parts: AdminParts) {
  const reports = await atShard(name, parts, (shard, at) => shard.slowQueries(at, { plans }));
  return reports.map((report) => slowQueryView(report, name));
}

async function atShard<T>(
  name: string,
  parts: AdminParts,
  ask: (shard: ShardService, at: Placed) => Promise<T>,
): Promise<T> {
  await parts.view.refresh();
  const app = existingApp(name, parts);
  const deadlineAtMs = Date.now() + TIMEOUT_MS;
  return await parts.shards.call({ app, operation: 'read', deadlineAtMs }, (shard, { epoch }) =>
    beforeDeadline(deadlineAtMs, ask(shard, { app, epoch })),
  );
}

function suggestionView({ entity, rows, count, remedy, queries }: IndexSuggestion, app: string) {
  return {
    entity,
    rows,
    count,
    remedy: remedyView(remedy),
    queries: queries.map((query) => queryView(query, app)),
  };
}

function remedyView(remedy: IndexRemedy) {
  switch (remedy.kind) {
    case 'document':
      return { __typename: 'DocumentRemedy', field: remedy.field, property: remedy.property };
    case 'sql':
      return { __typename: 'SqlRemedy', sql: remedy.sql };
    case 'query':
      return { __typename: 'QueryRemedy', field: remedy.field, use: remedy.use };
    default:
      return remedy satisfies never;
  }
}

function queryView({ shape, count, operations }: CountedShape, app: string) {
  const { equal, range, order, text = [], json = [] } = shape;
  const names = operations.map((operation) => nameOfClient(operation, app));
  return { equal, range, order, text, json, count, operations: [...new Set(names)] };
}

function slowQueryView({ text, label, plan, ...times }: SlowQueryReport, app: string) {
  return {
    ...times,
    sql: text,
    operation: label === null ? null : nameOfClient(label, app),
    plan: plan?.kind === 'plan' ? plan.text : null,
    noPlan: plan?.kind === 'unavailable' ? plan.reason : null,
  };
}

/** The planner calls the steps of an operation `Name__app__0`; clients know its name alone. Names of apps are words. */
function nameOfClient(operation: string, app: string): string {
  return operation.replace(new RegExp(`(?<=.)__${app}__\\d+$`), '');
}
