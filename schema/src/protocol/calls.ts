/**
 * The protocol between gateway and shard. Each call is a `POST` of JSON to its path, with the header
 * `INTERNAL_CALL_HEADER` that signs it. The answer is JSON with status 200, or a refusal. An operation has its own path
 * and form of answer (`operation-call.ts`); all other calls are here, by name, each with its messages.
 */
import { ACTIVATION_CALLS } from './activation-calls.ts';
import { ADVICE_CALLS } from './advice-calls.ts';
import { EVENT_CALLS } from './event-calls.ts';

/** Calls about an app as a whole. Those about its users are `USER_CALLS`, about its webhooks `WEBHOOK_CALLS`. */
export const APP_CALLS = { ...ACTIVATION_CALLS, ...ADVICE_CALLS, ...EVENT_CALLS };
export { USER_CALLS } from './user-calls.ts';
export { WEBHOOK_CALLS } from './webhook-calls.ts';
