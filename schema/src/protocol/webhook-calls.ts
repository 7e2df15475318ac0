/** The endpoints of an app's webhooks and what is sent to them, which are kept in its own database. */
import { z } from 'zod';
import { DELIVERY_EVENTS, DELIVERY_STATUSES, DISABLED_REASONS } from '../webhooks/delivery.ts';
import { WEBHOOK_METHODS } from '../webhooks/webhook-request.ts';
import { defineCall, NOTHING } from './define-call.ts';
import type { Message } from './message.ts';

/** Deliveries of one page, at most. */
export const MAX_DELIVERIES_PER_PAGE = 200;
/** A former secret is of use only until all receivers know the other one. */
export const MAX_SECRET_OVERLAP_DAYS = 30;
/** Deliveries that one call names, at most. */
export const MAX_DELIVERY_IDS = 1_000;

const uuid = z.uuid();
/** ISO 8601. */
const time = z.string();
const method = z.enum(WEBHOOK_METHODS);

const endpoint = z.object({
  id: uuid,
  url: z.string(),
  createdAt: time,
  /** Null for one that is used. */
  disabled: z.object({ reason: z.enum(DISABLED_REASONS), at: time }).nullable(),
  /** Since when nothing was accepted there; null for one that has accepted the last delivery, or got none yet. */
  failingSince: time.nullable(),
  /** Requests are signed with the former secret too until then; null when there is none. */
  formerSecretUntil: time.nullable(),
  /** Deliveries that are `pending` or `retrying`. */
  waiting: z.number(),
  failed: z.number(),
  /** What the document uses it for; empty when it does so no more. `of` is an entity or a workflow. */
  uses: z.array(z.object({ event: z.string(), of: z.string(), method })),
});

const secret = z.object({ secret: z.string() });

const attempt = z.object({
  number: z.number(),
  at: time,
  durationMs: z.number(),
  /** Null when there was no answer. */
  status: z.number().nullable(),
  /** Why there was no answer; null when there was one. */
  error: z.string().nullable(),
  /** Beginning of the answer's body. */
  response: z.string(),
});

const delivery = z.object({
  id: uuid,
  endpoint: uuid,
  url: z.string(),
  event: z.enum(DELIVERY_EVENTS),
  /** Of the record that it is about; null where it is about none. */
  entity: z.string().nullable(),
  recordKey: z.string().nullable(),
  status: z.enum(DELIVERY_STATUSES),
  /** That were made, also before it was asked for again. */
  attempts: z.number(),
  maxAttempts: z.number(),
  /** Of the last answer; null when there was none. */
  lastStatus: z.number().nullable(),
  /** Why it was not accepted. */
  error: z.string().nullable(),
  createdAt: time,
  /** When it is sent next, or was to be; null when it is not sent any more. */
  dueAt: time.nullable(),
  /** When it was delivered, or given up. */
  endedAt: time.nullable(),
});

const deliveryDetail = delivery.extend({
  method,
  body: z.string(),
  /** The first one first. */
  log: z.array(attempt),
});

const nullableText = z.string().nullable();
const filter = z.object({
  endpoint: uuid.nullable(),
  status: z.enum(DELIVERY_STATUSES).nullable(),
  event: z.enum(DELIVERY_EVENTS).nullable(),
  entity: nullableText,
  recordKey: nullableText,
  /** By the times of what caused them: from this one on, and before that one. */
  since: time.nullable(),
  until: time.nullable(),
});

export type WebhookEndpoint = Message<typeof endpoint>;
export type DeliveryRecord = Message<typeof delivery>;
export type DeliveryDetail = Message<typeof deliveryDetail>;
export type DeliveryAttempt = Message<typeof attempt>;
/** Deliveries that have all of it; null stands for any. */
export type DeliveryFilter = Message<typeof filter>;

const page = z.object({
  filter,
  /** The last id of the page before; null begins. */
  after: uuid.nullable(),
  limit: z.int().min(1).max(MAX_DELIVERIES_PER_PAGE),
});

const chosen = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ids'), ids: z.array(uuid).max(MAX_DELIVERY_IDS) }),
  z.object({ kind: z.literal('filter'), filter }),
]);

export type ChosenDeliveries = Message<typeof chosen>;

const ofEndpoint = z.object({ endpoint: uuid });

export const WEBHOOK_CALLS = {
  endpoints: defineCall({ path: '/internal/webhooks/endpoints', input: NOTHING, answer: z.array(endpoint) }),
  secret: defineCall({ path: '/internal/webhooks/secret', input: ofEndpoint, answer: secret }),
  rotate: defineCall({
    path: '/internal/webhooks/rotate',
    /** `secret` null makes one. Until `overlapMs` from now, requests are signed with the former one too. */
    input: ofEndpoint.extend({ secret: nullableText, overlapMs: z.int().min(0) }),
    answer: secret,
  }),
  setEnabled: defineCall({
    path: '/internal/webhooks/set-enabled',
    input: ofEndpoint.extend({ isEnabled: z.boolean() }),
    answer: NOTHING,
  }),
  deliveries: defineCall({
    path: '/internal/webhooks/deliveries',
    input: page,
    answer: z.array(delivery),
  }),
  delivery: defineCall({
    path: '/internal/webhooks/delivery',
    input: z.object({ id: uuid }),
    answer: deliveryDetail.nullable(),
  }),
  redeliver: defineCall({
    path: '/internal/webhooks/redeliver',
    input: chosen,
    answer: z.object({ count: z.number() }),
  }),
  test: defineCall({ path: '/internal/webhooks/test', input: ofEndpoint, answer: deliveryDetail }),
};
