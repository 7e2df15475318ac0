import { createHttpServer, type HttpServer, type Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { errorAnswer, type OperatorParts, operatorAnswer } from './operator-answers.ts';

export interface WorkerServerOptions extends OperatorParts {
  readonly logger: Logger;
}

/** Says how a worker is. Nobody asks it for anything else, since its work comes from the event stream. */
export function createWorkerServer({ logger, ...parts }: WorkerServerOptions): HttpServer {
  return createHttpServer({
    handler: async (request) => {
      const answer = await operatorAnswer(request, parts);
      if (answer === null) throw new RocketError('NOT_FOUND');
      return answer;
    },
    onError: errorAnswer,
    logger,
  });
}
