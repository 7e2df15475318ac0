import type { Metrics } from '@rocket/platform';
import type { ChannelStatus } from './channel.ts';

/** The product's own measurements of the one app of a process, as a scraper gets them. */
export function metricsReader(metrics: Metrics): () => Promise<ChannelStatus> {
  return async () => {
    const { body } = await metrics.render();
    const sum = (name: string): number => {
      const found = body.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
      return [...found].reduce((total, [, value]) => total + Number(value), 0);
    };
    return {
      waiting: sum('rocket_events_waiting'),
      oldestMs: sum('rocket_events_oldest_waiting_seconds') * 1_000,
      published: sum('rocket_events_published_total'),
      statements: sum('rocket_sql_statements_total'),
    };
  };
}
