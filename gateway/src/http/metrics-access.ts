import { hash, timingSafeEqual } from 'node:crypto';
import { RocketError } from '@rocket/schema';

/** Decides by the Authorization header. @throws RocketError `UNAUTHENTICATED`, `FORBIDDEN` */
export type MetricsAccess = (authorization: string | undefined) => Promise<void>;

/**
 * Measurements name apps and say how they are used: on the port that everybody reaches they are for those who run it.
 * @param token what a scraper sends as its bearer token; null for none
 * @param isOperator whether the header is that of a platform user
 */
export function createMetricsAccess(options: {
  token: string | null;
  isOperator: (authorization: string) => Promise<boolean>;
}): MetricsAccess {
  const expected = options.token === null ? null : digest(`Bearer ${options.token}`);
  return async (authorization) => {
    if (authorization === undefined) {
      throw new RocketError('UNAUTHENTICATED', 'Measurements need the metrics token or a platform token');
    }
    if (expected !== null && timingSafeEqual(digest(authorization), expected)) return;
    if (!(await options.isOperator(authorization))) {
      throw new RocketError('FORBIDDEN', 'Measurements are for the metrics token and for platform users');
    }
  };
}

/** Of one length, so that a comparison tells nothing of the text. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
