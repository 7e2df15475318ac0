/**
 * Signed headers of calls between our own processes: base64url JSON with an expiry, and an HMAC-SHA256 over it.
 * Not a JWT: nothing in the header may choose how it is verified, and this runs once per subgraph fetch.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { appName, type CallContext, epoch, graphRevisionId, lsn, RocketError } from '@rocket/schema';
import { z } from 'zod';

/** A header that was seen on the wire must be worthless soon. */
export const MAX_INTERNAL_TTL_MS = 30_000;
/** By how much clocks of two hosts may differ. */
const CLOCK_SKEW_MS = 5_000;

const Envelope = z.object({ expiresAtMs: z.number(), payload: z.unknown() });

const Context = z.object({
  app: z.string().transform(appName),
  epoch: z.number().transform(epoch),
  graph: z.string().transform(graphRevisionId),
  caller: z.object({
    userId: z.string().nullable(),
    email: z.string().nullable(),
    roles: z.array(z.string()),
    isAdmin: z.boolean(),
  }),
  requestId: z.string(),
  deadlineAtMs: z.number(),
  minLsn: z.string().transform(lsn).exactOptional(),
});
/** Marked as a call, so that a header signed for something else cannot stand in for one. */
const Call = z.object({ call: Context });

/** @param ttlMs how long it is valid, at most {@link MAX_INTERNAL_TTL_MS} */
export function signInternal(payload: unknown, key: string, ttlMs: number): string {
  const expiresAtMs = Date.now() + Math.min(ttlMs, MAX_INTERNAL_TTL_MS);
  const body = Buffer.from(JSON.stringify({ expiresAtMs, payload })).toString('base64url');
  return `${body}.${signature(body, key).toString('base64url')}`;
}

/** @throws RocketError `UNAUTHENTICATED` unless signed with `key` and still valid */
export function verifyInternal(header: string, key: string): unknown {
  const [body, mark, rest] = header.split('.');
  if (body === undefined || mark === undefined || rest !== undefined) throw refused('is malformed');
  const expected = signature(body, key);
  const given = Buffer.from(mark, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refused('has a wrong signature');
  }
  const envelope = Envelope.safeParse(parseBody(body));
  if (!envelope.success) throw refused('is malformed', envelope.error);
  const leftMs = envelope.data.expiresAtMs - Date.now();
  if (leftMs <= 0) throw refused('has expired');
  if (leftMs > MAX_INTERNAL_TTL_MS + CLOCK_SKEW_MS) throw refused('is valid for too long');
  return envelope.data.payload;
}

/** Header value for `INTERNAL_CALL_HEADER`. */
export function signInternalCall(context: CallContext, key: string): string {
  return signInternal({ call: context }, key, MAX_INTERNAL_TTL_MS);
}

/** @throws RocketError `UNAUTHENTICATED` */
export function verifyInternalCall(header: string, key: string): CallContext {
  const payload = verifyInternal(header, key);
  try {
    return Call.parse(payload).call;
  } catch (cause) {
    // Signed, but not by a version of us that we understand.
    throw refused('does not hold a call', cause);
  }
}

function signature(body: string, key: string): Buffer {
  return createHmac('sha256', key).update(body).digest();
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch (cause) {
    throw refused('is malformed', cause);
  }
}

function refused(what: string, cause?: unknown): RocketError {
  return new RocketError('UNAUTHENTICATED', `The internal call ${what}`, { cause });
}
