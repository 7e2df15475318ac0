import { hash, timingSafeEqual } from 'node:crypto';
import { RocketError } from '@rocket/schema';

/** Decides by the Authorization header. @throws RocketError `UNAUTHENTICATED`, `FORBIDDEN` */
export type MetricsAccess = (authorization: string | undefined) => Promise<void>;

/**
 * Metrics name apps and show how they are used: on the public port they are only for operators.
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

/** Digests have one length, so that the comparison reveals nothing about the text. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
