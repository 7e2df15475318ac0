import type { Metrics } from '@rocket/platform';
import { jsonAnswer, NO_STORE } from './answer.ts';
import type { RouteHandlers } from './dispatch.ts';

/** What operators and their tools ask: is it alive, is it ready, how is it doing. */
export function operatorHandlers(
  metrics: Metrics,
  checkReady: () => Promise<void>,
): Pick<RouteHandlers, 'health' | 'ready' | 'metrics'> {
  return {
    health: async () => jsonAnswer(200, { status: 'ok' }),
    ready: async () => {
      await checkReady();
      return jsonAnswer(200, { status: 'ready' });
    },
    metrics: async () => {
      const { contentType, body } = await metrics.render();
      return { status: 200, headers: { 'content-type': contentType, ...NO_STORE }, body };
    },
  };
}
