/**
 * The consistency token: what a mutation's answer says it has changed, for a reader who is never to be shown anything
 * older, by whichever gateway. Callers send it back as they got it.
 */
import { createTextSigner } from '@rocket/platform';
import {
  type AppName,
  appName,
  type Epoch,
  epoch,
  type Lsn,
  laterLsn,
  lsn,
  RocketError,
} from '@rocket/schema';
import { z } from 'zod';

export const CONSISTENCY_HEADER = 'x-rocket-consistency';
/** Most characters of a token: what every proxy lets pass in a header. */
export const MAX_TOKEN_CHARS = 4_096;
export const MAX_TOKEN_APPS = 50;
const KIND = 'rocket consistency token 1';

/** What a reader must see of one app. */
export interface AppConsistency {
  readonly epoch: Epoch;
  /** Position of a commit in the database's log; null when it is not known, as no replica could be behind it. */
  readonly lsn: Lsn | null;
  /**
   * Position of its events on the stream; null when they were not yet there, so that they may come after any position
   * that is known.
   */
  readonly position: number | null;
}

export interface ConsistencyToken {
  /** Nothing in the token was committed later than this. */
  readonly issuedAtMs: number;
  /** The app that was last changed comes last. */
  readonly apps: ReadonlyMap<AppName, AppConsistency>;
}

export interface ConsistencyTokens {
  /** At most `MAX_TOKEN_CHARS`; where not all apps fit in, those that were changed last. */
  encode(token: ConsistencyToken): string;
  /** Null for what is not a token of this platform. */
  read(text: string): ConsistencyToken | null;
  /**
   * What a request's header asks for; null without one.
   * @throws RocketError `BAD_REQUEST` for what is not a token: who sends one must not get less without being told
   */
  ofHeader(header: string | readonly string[] | undefined): ConsistencyToken | null;
}

/** Entries are tuples, as 50 apps have to fit into a header. */
const Wire = z.tuple([
  z.int().nonnegative(),
  z.array(
    z.tuple([
      z.string().transform(appName),
      z.number().transform(epoch),
      z.string().transform(lsn).nullable(),
      z.int().nonnegative().nullable(),
    ]),
  ),
]);

/** @param internalKey the secret that all processes of the platform share */
export function createConsistencyTokens(internalKey: string): ConsistencyTokens {
  const signer = createTextSigner(internalKey, KIND);
  const read = (text: string): ConsistencyToken | null => {
    const opened = text.length > MAX_TOKEN_CHARS ? null : signer.open(text);
    return opened === null ? null : parsed(opened);
  };
  return {
    read,
    encode({ issuedAtMs, apps }) {
      const entries = latest([...apps]).map(
        ([app, { epoch, lsn, position }]) => [app, epoch, lsn, position] as const,
      );
      for (let from = 0; ; from++) {
        const text = signer.sign(JSON.stringify([issuedAtMs, entries.slice(from)]));
        if (text.length <= MAX_TOKEN_CHARS || from === entries.length) return text;
      }
    },
    ofHeader(header) {
      if (header === undefined) return null;
      const token = read(typeof header === 'string' ? header : header.join(', '));
      if (token !== null) return token;
      throw new RocketError(
        'BAD_REQUEST',
        `The header ${CONSISTENCY_HEADER} holds no token of this platform: send the last one exactly as it came, or none`,
      );
    },
  };
}

/** It is signed, so what does not fit was written by another version of us. */
function parsed(text: string): ConsistencyToken | null {
  try {
    const [issuedAtMs, entries] = Wire.parse(JSON.parse(text));
    const apps = new Map(
      entries.map(([app, epoch, lsn, position]) => [app, { epoch, lsn, position }] as const),
    );
    return { issuedAtMs, apps };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof RocketError)
      return null;
    throw error;
  }
}

/** A token for a reader who must see all that both ask for, of at most 50 apps: those that were changed last. */
export function mergeTokens(a: ConsistencyToken, b: ConsistencyToken): ConsistencyToken {
  const [older, newer] = a.issuedAtMs <= b.issuedAtMs ? [a, b] : [b, a];
  const apps = new Map(older.apps);
  for (const [app, asked] of newer.apps) {
    const before = apps.get(app);
    apps.delete(app);
    apps.set(app, before === undefined ? asked : both(before, asked));
  }
  return { issuedAtMs: newer.issuedAtMs, apps: new Map(latest([...apps])) };
}

/** Positions of a former epoch mean nothing any more. */
function both(a: AppConsistency, b: AppConsistency): AppConsistency {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b;
  return { epoch: a.epoch, lsn: laterLsn(a.lsn, b.lsn), position: laterPosition(a.position, b.position) };
}

/** One that is unknown may be later than any that is known. */
function laterPosition(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

function latest<T>(entries: readonly T[]): readonly T[] {
  return entries.slice(-MAX_TOKEN_APPS);
}
