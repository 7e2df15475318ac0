import { createHttpServer, type HttpServer, type Logger, type Metrics } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { errorAnswer } from '../answer.ts';
import { metricsAnswer } from './operator-routes.ts';

/** Serves metrics on a port of their own without a token; only the operators' network should reach it. */
export function createMetricsServer(metrics: Metrics, logger: Logger): HttpServer {
  return createHttpServer({
    handler: async ({ method, url }) => {
      if (url !== '/metrics') throw new RocketError('NOT_FOUND', 'There is nothing at this path');
      if (method !== 'GET' && method !== 'HEAD') throw new RocketError('METHOD_NOT_ALLOWED');
      return await metricsAnswer(metrics);
    },
    onError: errorAnswer,
    logger,
  });
}
