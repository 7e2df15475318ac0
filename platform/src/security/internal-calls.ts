/**
 * Signed headers of calls between our own processes: base64url JSON, and an HMAC-SHA256 over the request's method, its
 * path and that text. The JSON holds the body's hash, an expiry, and a number that its signer uses only once, so that a
 * header is valid for one request, once. Not a JWT: nothing in the header may decide how it is verified, and this runs
 * once per subgraph fetch.
 */
import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { type CallContext, encodeContext, RocketError, readContext } from '@rocket/schema';
import { z } from 'zod';
import { SeenCalls } from './seen-calls.ts';

/** Short, so that a header that was seen on the wire soon becomes worthless. */
export const MAX_INTERNAL_TTL_MS = 30_000;
/** How much the clocks of two hosts may differ. */
const CLOCK_SKEW_MS = 5_000;
const SIGNER_BYTES = 9;

const Envelope = z.object({
  expiresAtMs: z.number(),
  /** Id of the signer, unique among all signers. */
  signer: z.string().min(1).max(64),
  /** Number of the call, counted by its signer from 1. */
  number: z.int().positive(),
  /** SHA-256 of the body's bytes, base64url. */
  bodyHash: z.string(),
  payload: z.unknown(),
});

/** The signed part of a request's head. */
export interface InternalTarget {
  readonly method: string;
  /** Path as it is in the request line. */
  readonly path: string;
}

/** A request with its body, exactly as it is sent. */
export interface InternalRequest extends InternalTarget {
  readonly body: string;
}

/**
 * Makes values for `INTERNAL_CALL_HEADER`. Each is valid for one request that is sent once; a retry is signed again.
 */
export interface InternalSigner {
  sign(payload: unknown, request: InternalRequest): string;
  signCall(context: CallContext, request: InternalRequest): string;
}

/** A call whose head is genuine. Nothing may be done for it before `takeBody` has accepted its body. */
export interface VerifiedCall<T> {
  readonly payload: T;
  /** @throws RocketError `UNAUTHENTICATED` for another body, and for a call that was accepted before */
  takeBody(bytes: Uint8Array): void;
}

/** One for all calls of a process: it remembers which it has already accepted. */
export interface InternalVerifier {
  /** @throws RocketError `UNAUTHENTICATED` unless signed for this request, still valid and not accepted before */
  verify(header: string, target: InternalTarget): VerifiedCall<unknown>;
  /** @throws RocketError `UNAUTHENTICATED` */
  verifyCall(header: string, target: InternalTarget): VerifiedCall<CallContext>;
}

export function createInternalSigner(key: string): InternalSigner {
  const secret = secretOf(key);
  const signer = randomBytes(SIGNER_BYTES).toString('base64url');
  let signed = 0;
  const sign = (payload: unknown, request: InternalRequest): string => {
    signed += 1;
    const envelope = {
      expiresAtMs: Date.now() + MAX_INTERNAL_TTL_MS,
      signer,
      number: signed,
      bodyHash: hash('sha256', request.body, 'base64url'),
      payload,
    };
    const text = Buffer.from(JSON.stringify(envelope)).toString('base64url');
    return `${text}.${signature(text, request, secret).toString('base64url')}`;
  };
  return { sign, signCall: (context, request) => sign(encodeContext(context), request) };
}

export function createInternalVerifier(key: string): InternalVerifier {
  const secret = secretOf(key);
  const seen = new SeenCalls(MAX_INTERNAL_TTL_MS + CLOCK_SKEW_MS);
  const verify = (header: string, target: InternalTarget): VerifiedCall<unknown> => {
    const { expiresAtMs, signer, number, bodyHash, payload } = openEnvelope(header, target, secret);
    const leftMs = expiresAtMs - Date.now();
    if (leftMs <= 0) throw refused('has expired');
    if (leftMs > MAX_INTERNAL_TTL_MS + CLOCK_SKEW_MS) throw refused('is valid for too long');
    if (seen.has(signer, number)) throw refused('has been sent before');
    return {
      payload,
      takeBody(bytes) {
        if (hash('sha256', bytes, 'base64url') !== bodyHash)
          throw refused('has another body than was signed');
        // Marked as seen only now, after the whole body: an eavesdropper's partial copy must not use up the real call.
        if (!seen.take(signer, number)) throw refused('has been sent before');
      },
    };
  };
  return {
    verify,
    verifyCall(header, target) {
      const { payload, takeBody } = verify(header, target);
      return { payload: readCall(payload), takeBody };
    },
  };
}

function readCall(payload: unknown): CallContext {
  try {
    return readContext(payload);
  } catch (cause) {
    // Signed, but by a version of us whose calls we cannot read. The parts of a call refuse with errors of their own.
    throw refused('does not hold a call', cause);
  }
}

function openEnvelope(header: string, target: InternalTarget, secret: KeyObject): z.infer<typeof Envelope> {
  const [text, mark, rest] = header.split('.');
  if (text === undefined || mark === undefined || rest !== undefined) throw refused('is malformed');
  const expected = signature(text, target, secret);
  const given = Buffer.from(mark, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refused('has a wrong signature');
  }
  const envelope = Envelope.safeParse(parseText(text));
  if (!envelope.success) throw refused('is malformed', envelope.error);
  return envelope.data;
}

/** Neither a method nor a path contains a line break, so no two requests have the same signed text. */
function signature(text: string, { method, path }: InternalTarget, secret: KeyObject): Buffer {
  return createHmac('sha256', secret).update(`${method}\n${path}\n${text}`).digest();
}

function secretOf(key: string): KeyObject {
  return createSecretKey(Buffer.from(key));
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (cause) {
    throw refused('is malformed', cause);
  }
}

function refused(what: string, cause?: unknown): RocketError {
  return new RocketError('UNAUTHENTICATED', `The internal call ${what}`, { cause });
}
