/** What an app's shard reports about its use, in the form of the admin API. */
import { beforeDeadline } from '@rocket/platform';
import type {
  CountedShape,
  IndexRemedy,
  IndexSuggestion,
  Placed,
  ShardService,
  SlowQueryReport,
} from '@rocket/schema';
import type { AdminParts } from '../parts.ts';
import { existingApp } from './existing-app.ts';

/** Somebody waits for it at a console; plans of many statements take a moment. */
const TIMEOUT_MS = 30_000;

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function appAdvice(name: string, parts: AdminParts) {
  const { since, suggestions } = await atShard(name, parts, (shard, at) => shard.advise(at));
  return { since, suggestions: suggestions.map(suggestionView) };
}

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function appSlowQueries(name: string, plans: boolean, parts: AdminParts) {
  const reports = await atShard(name, parts, (shard, at) => shard.slowQueries(at, { plans }));
  return reports.map(slowQueryView);
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

function suggestionView({ entity, rows, count, remedy, queries }: IndexSuggestion) {
  return {
    entity,
    rows,
    count,
    remedy: remedyView(remedy),
    queries: queries.map(queryView),
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

function queryView({ shape, count, operations }: CountedShape) {
  const { equal, range, order, text = [], json = [] } = shape;
  return { equal, range, order, text, json, count, operations };
}

function slowQueryView({ text, label, plan, ...times }: SlowQueryReport) {
  return {
    ...times,
    sql: text,
    operation: label,
    plan: plan?.kind === 'plan' ? plan.text : null,
    noPlan: plan?.kind === 'unavailable' ? plan.reason : null,
  };
}
