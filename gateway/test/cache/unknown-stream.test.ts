import { createInProcessBus, createLogger, createMetrics } from '@rocket/platform';
import { appName, epoch, MAX_STALENESS_MS, revision } from '@rocket/schema';
import { afterEach, expect, it, vi } from 'vitest';
import { createCacheMetrics } from '../../src/cache/cache-metrics.ts';
import { Freshness } from '../../src/cache/freshness/freshness.ts';
import { createSeenPositions } from '../../src/execution/seen-positions.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const bus = createInProcessBus({ logger });
const freshness = new Freshness({
  ...{ bus, logger, metrics: createCacheMetrics(createMetrics()), seen: createSeenPositions() },
  places: () => (app) => ({ epoch: epoch(1), history: app === 'copied' ? '7:1' : null, isHeard: true }),
  onReset: () => undefined,
});
afterEach(async () => {
  freshness.close();
  await bus.close();
});

const readNow = (app: string, history: string | null) => {
  const moment = freshness.moment();
  const read = { app: appName(app), epoch: epoch(1), revision: revision(1), lsn: null, history };
  return moment !== null && freshness.mayKeep(moment, [read]);
};

it('what replicas may be behind is kept only once they must have all of before the beginning', async () => {
  await vi.waitUntil(() => readNow('single', null), 5_000);
  const startedAt = performance.now();
  expect(readNow('copied', '7:1')).toBe(false);
  await vi.waitUntil(() => readNow('copied', '7:1'), { timeout: 5_000 });
  expect(performance.now() - startedAt).toBeGreaterThan(MAX_STALENESS_MS / 2);
});
