import type { HttpAnswer, Metrics } from '@rocket/platform';
import { jsonAnswer, NO_STORE } from '../answer.ts';
import type { RouteHandlers } from '../dispatch.ts';
import type { MetricsAccess } from './metrics-access.ts';

export interface OperatorParts {
  readonly metrics: Metrics;
  readonly metricsAccess: MetricsAccess;
  readonly checkReady: () => Promise<void>;
}

/** Routes for operators and their tools: liveness, readiness and metrics. */
export function operatorHandlers(parts: OperatorParts): Pick<RouteHandlers, 'health' | 'ready' | 'metrics'> {
  return {
    health: async () => jsonAnswer(200, { status: 'ok' }),
    ready: async () => {
      await parts.checkReady();
      return jsonAnswer(200, { status: 'ready' });
    },
    metrics: async ({ authorization }) => {
      await parts.metricsAccess(authorization);
      return await metricsAnswer(parts.metrics);
    },
  };
}

export async function metricsAnswer(metrics: Metrics): Promise<HttpAnswer> {
  const { contentType, body } = await metrics.render();
  return { status: 200, headers: { 'content-type': contentType, ...NO_STORE }, body };
}
