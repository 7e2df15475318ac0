import type { Delivery } from '../../../webhooks/delivery-sql.ts';
import { DISABLED_ERROR } from '../../../webhooks/endpoint-sql.ts';
import { isOutage } from '../../workflows/steps/step-failure.ts';
import { type Attempted, attemptDelivery } from './attempt-delivery.ts';
import type { LaneOptions } from './lane-options.ts';

const UNSENDABLE_ERROR = 'it cannot be sent; the log of the worker says why';

/**
 * Sends a delivery to the endpoint of a lane.
 * @returns why nothing is sent, where the endpoint is disabled or it can never be sent
 * @throws while it cannot be known how to send it
 */
export async function makeAttempt(delivery: Delivery, options: LaneOptions): Promise<Attempted | string> {
  const { app, calls, timeoutMs, metrics, logger } = options;
  try {
    // That it was asked for after the endpoint was enabled may be newer than what is known here.
    if (await isDisabled(options, 0)) return DISABLED_ERROR;
    const endpoint = await options.endpoint();
    const form = await options.formOf(delivery.form);
    const attempted = await attemptDelivery(delivery, { calls, endpoint, form, timeoutMs });
    metrics.attempt(app, attempted);
    return attempted;
  } catch (err) {
    if (isOutage(err)) throw err;
    logger.error({ err, app, delivery: delivery.id }, 'a delivery cannot be sent');
    return UNSENDABLE_ERROR;
  }
}

/** @param maxAgeMs of the knowledge that it is */
export async function isDisabled(
  { endpoint }: Pick<LaneOptions, 'endpoint'>,
  maxAgeMs: number,
): Promise<boolean> {
  return (await endpoint()).disabled !== null && (await endpoint(maxAgeMs)).disabled !== null;
}
