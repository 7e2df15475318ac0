/** Reports what would make an app faster, and which of its statements were slow. */
import { RocketError, type ShardService, type SlowQueryReport } from '@rocket/schema';
import type { OpenApps } from '../apps/open-apps.ts';
import { adviseApp } from './advise-app.ts';
import type { AppInsights } from './app-insights.ts';

export type AdviceService = Pick<ShardService, 'advise' | 'slowQueries'>;

export function createAdviceService(apps: OpenApps, insights: AppInsights): AdviceService {
  return {
    advise: async (at) => {
      const { primary } = await apps.databaseAt(at);
      const active = await apps.active(at.app);
      if (active === null) throw new RocketError('APP_NOT_FOUND', `App ${at.app} has no active document`);
      return await adviseApp(primary, active.model, insights.of(at.app).advice);
    },
    slowQueries: async (at, { plans }) => {
      const { primary } = await apps.databaseAt(at);
      const { slow } = insights.of(at.app);
      const reports: SlowQueryReport[] = [];
      for (const statement of slow.list()) {
        reports.push({ ...statement, plan: plans ? await slow.explain(primary, statement.text) : null });
      }
      return reports;
    },
  };
}
