import type { Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** What subscribers are told of why they cannot go on. What is not meant for them is logged. */
export function publicEnd(error: unknown, logger: Logger): RocketError {
  const told =
    error instanceof RocketError ? error : new RocketError('INTERNAL_ERROR', undefined, { cause: error });
  if (told.code === 'INTERNAL_ERROR') logger.error({ err: error }, 'subscriptions could not go on');
  return told;
}
