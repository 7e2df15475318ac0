/** What is signed of a call: for an operation its whole context, for any other call the app's place. */
import { z } from 'zod';
import { appName, epoch, graphRevisionId, lsn } from '../ids.ts';
import { type Message, readRequest } from './message.ts';

/**
 * Carries what is signed for one request. The request's method, path and body are signed too, and the value is accepted
 * only once. A shard refuses a request without it before it reads the body.
 */
export const INTERNAL_CALL_HEADER = 'x-rocket-call';

export const placed = z.object({ app: z.string().transform(appName), epoch: z.number().transform(epoch) });

const caller = z.object({
  /** Null for an anonymous caller. */
  userId: z.string().nullable(),
  email: z.string().nullable(),
  roles: z.array(z.string()),
  /** Bypasses every policy: role `admin` in the app, or a platform user. */
  isAdmin: z.boolean(),
});

const context = z.object({
  ...placed.shape,
  graph: z.string().transform(graphRevisionId),
  caller,
  requestId: z.string(),
  /** Unix time in ms after which nobody waits for the answer any more. */
  deadlineAtMs: z.number(),
  /**
   * The reader must see at least what was committed at this position of the app's database; absent: any replica will
   * do.
   */
  minLsn: z.string().transform(lsn).exactOptional(),
  /** The sender wants to know what the answer depends on, or what was written. */
  wantsFacts: z.literal(true).exactOptional(),
});

/** Marked as a call, so that a token signed for another purpose cannot be used as one. */
const signedContext = z.object({ call: context });

/** An app and the epoch at which the sender believes it is placed. */
export type Placed = Message<typeof placed>;

/** Who asks, as far as one app is concerned. Roles are those in that app. */
export type Caller = Message<typeof caller>;

/** Everything about a request that is not GraphQL. */
export type CallContext = Message<typeof context>;

export function encodeContext(call: CallContext): unknown {
  return { call };
}

/** @throws ZodError; RocketError `BAD_REQUEST` for a malformed id */
export function readContext(payload: unknown): CallContext {
  return signedContext.parse(payload).call;
}

export function encodePlace({ app, epoch }: Placed): unknown {
  return { app, epoch };
}

/** @throws RocketError `BAD_REQUEST` */
export function readPlace(payload: unknown): Placed {
  return readRequest(placed, payload);
}
