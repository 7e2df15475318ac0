/** What a shard process learns about its apps while it serves them; it is lost when the process ends. */
import type { Logger, SlowQuery } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import { createQueryAdvice, type QueryAdvice } from './query-advice.ts';
import { createSlowQueries, type SlowQueries } from './slow-queries.ts';

export interface AppInsight {
  readonly advice: QueryAdvice;
  readonly slow: SlowQueries;
}

export interface AppInsights {
  of(app: AppName): AppInsight;
  /** Records a slow statement of the app. */
  slowQuery(app: AppName, query: SlowQuery): void;
  forget(app: AppName): void;
}

export function createAppInsights(logger: Logger): AppInsights {
  const insights = new Map<AppName, AppInsight>();
  const of = (app: AppName) => {
    const known = insights.get(app);
    if (known !== undefined) return known;
    const made = { advice: createQueryAdvice(), slow: createSlowQueries() };
    insights.set(app, made);
    return made;
  };
  return {
    of,
    slowQuery: (app, { text, durationMs, label, rows }) => {
      of(app).slow.record({ text, durationMs, label });
      const fields = { app, operation: label, durationMs: Math.round(durationMs), rows, statement: text };
      logger.warn(fields, 'a statement was slow');
    },
    forget: (app) => {
      insights.delete(app);
    },
  };
}
