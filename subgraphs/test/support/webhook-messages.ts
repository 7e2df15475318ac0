/** Messages of the calls about webhooks, with every part filled. */
import type { DeliveryDetail, DeliveryFilter, DeliveryRecord, WebhookEndpoint } from '@rocket/schema';

const ENDPOINT_ID = 'e7f0a3f4-5d6c-4b1a-9c8d-7e6f5a4b3c2d';
const DELIVERY_ID = '019ac000-0000-7000-8000-000000000001';
export const ENDPOINT: WebhookEndpoint = {
  id: ENDPOINT_ID,
  url: 'https://x.test/h',
  createdAt: '2026-01-01T00:00:00.000Z',
  disabled: { reason: 'gone', at: '2026-01-02T00:00:00.000Z' },
  failingSince: null,
  formerSecretUntil: null,
  waiting: 0,
  failed: 3,
  uses: [{ event: 'after_write', of: 'ticket', method: 'POST' }],
};
export const DELIVERY: DeliveryRecord = {
  id: DELIVERY_ID,
  endpoint: ENDPOINT_ID,
  url: 'https://x.test/h',
  event: 'after_write',
  entity: 'ticket',
  recordKey: '7',
  status: 'failed',
  attempts: 1,
  maxAttempts: 3,
  lastStatus: 410,
  error: 'the receiver answered with 410',
  createdAt: '2026-01-01T00:00:00.000Z',
  dueAt: null,
  endedAt: '2026-01-01T00:00:01.000Z',
};
export const DETAIL: DeliveryDetail = {
  ...DELIVERY,
  method: 'POST',
  body: '{"n":12345678901234567890}',
  log: [
    {
      ...{ number: 1, at: '2026-01-01T00:00:00.000Z', durationMs: 5 },
      ...{ status: 410, error: null, response: 'gone' },
    },
  ],
};
export const FILTER: DeliveryFilter = {
  ...{ endpoint: ENDPOINT_ID, status: 'failed', event: null, entity: 'ticket', recordKey: null },
  ...{ since: '2026-01-01T00:00:00Z', until: null },
};
export const SECRET = { secret: 'whsec_x' };
