/** What a shard process learns of its apps while it serves them; it is gone with the process. */
import type { AppName } from '@rocket/schema';
import { createQueryAdvice, type QueryAdvice } from '../advice/query-advice.ts';
import { createSlowQueries, type SlowQueries } from '../advice/slow-queries.ts';

export interface AppInsight {
  readonly advice: QueryAdvice;
  readonly slow: SlowQueries;
}

export interface AppInsights {
  of(app: AppName): AppInsight;
  forget(app: AppName): void;
}

export function createAppInsights(): AppInsights {
  const insights = new Map<AppName, AppInsight>();
  return {
    of: (app) => {
      const known = insights.get(app);
      if (known !== undefined) return known;
      const made = { advice: createQueryAdvice(), slow: createSlowQueries() };
      insights.set(app, made);
      return made;
    },
    forget: (app) => {
      insights.delete(app);
    },
  };
}
