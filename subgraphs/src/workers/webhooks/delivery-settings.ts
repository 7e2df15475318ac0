import type { Config } from '@rocket/platform';

/** What operators decide of deliveries. */
export interface DeliverySettings {
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly disableAfterHours: number;
  readonly logDays: number;
}

export type DeliveryConfig = Pick<
  Config,
  'webhookDeliveryTimeoutMs' | 'webhookDisableAfterHours' | 'webhookLogDays'
>;

export function deliverySettings(config: DeliveryConfig): DeliverySettings {
  return {
    timeoutMs: config.webhookDeliveryTimeoutMs,
    disableAfterHours: config.webhookDisableAfterHours,
    logDays: config.webhookLogDays,
  };
}
