import { createHttpServer, type HttpServer, type Logger, type Metrics } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { errorAnswer } from './answer.ts';
import { metricsAnswer } from './operator-routes.ts';

/** Measurements on a port of their own, which only the network of the operators reaches: open to whoever does. */
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
