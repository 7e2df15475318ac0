import { DeliverPolicy } from 'nats';
import type { FollowLoss, FollowStart, StreamMessage } from '../../event-bus.ts';
import type { NatsSession } from '../nats-link.ts';
import { readMessage } from '../stored-message.ts';
import { STREAM } from '../stream/stream-settings.ts';

/** A position and, as far as it is known, what is there. */
interface Anchor {
  readonly position: number;
  readonly id?: string | null;
  readonly storedAtMs?: number;
}

/** What a follower remembers from connection to connection, to find its place again. */
export interface FollowTrack {
  readonly from: FollowStart;
  /** Everything up to here was delivered; null before the first beginning. */
  anchor: Anchor | null;
  /** When the stream was made. */
  created: string | null;
  /** The last messages of the subjects, that it began with, were all delivered. */
  isPastSnapshot: boolean;
}

/** Where to begin, and when everything is delivered that was stored before. */
export interface FollowPlan {
  readonly deliver:
    | { readonly deliver_policy: DeliverPolicy.StartSequence; readonly opt_start_seq: number }
    | { readonly deliver_policy: DeliverPolicy.LastPerSubject };
  /** Position of the last message of the followed subject; 0 when there is none. */
  readonly target: number;
  /** The end of the stream, whatever the subject. */
  readonly end: Anchor;
}

interface Store {
  readonly first: number;
  readonly last: number;
  readonly created: string;
}

/** Times come from nanoseconds, in one place by way of a number that cannot hold them exactly. */
const TIME_TOLERANCE_MS = 1;

export function createTrack(from: FollowStart): FollowTrack {
  const anchor =
    from.kind === 'after'
      ? { position: from.position, ...(from.id === undefined ? {} : { id: from.id }) }
      : null;
  return { from, anchor, created: null, isPastSnapshot: from.kind !== 'last_per_subject' };
}

/** Compares the stream with what the track remembers before anything of it is delivered. */
export async function planFollow(
  session: NatsSession,
  track: FollowTrack,
  subject: string,
): Promise<FollowPlan | FollowLoss> {
  const info = await session.manager.streams.info(STREAM);
  const store = { first: info.state.first_seq, last: info.state.last_seq, created: info.created };
  if (track.created !== null && track.created !== store.created) return 'rewound';
  if (track.anchor !== null) {
    const loss = await lossSince(session, store, { ...track.anchor, isGapless: track.isPastSnapshot });
    if (loss !== null) return loss;
  }
  track.created = store.created;
  const end = await anchorAt(session, store.last);
  if (track.from.kind === 'new') track.anchor ??= end;
  const lastOfSubject = await readMessage(session, { last_by_subj: subject });
  return { deliver: deliverFrom(track), target: lastOfSubject?.position ?? 0, end };
}

function deliverFrom({ anchor, isPastSnapshot }: FollowTrack): FollowPlan['deliver'] {
  // A snapshot that was cut begins again: what is behind the anchor by now is skipped.
  if (!isPastSnapshot || anchor === null) return { deliver_policy: DeliverPolicy.LastPerSubject };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: anchor.position + 1 };
}

async function lossSince(
  session: NatsSession,
  { first, last }: Store,
  /** `isGapless`: every message after it has to be there. */
  anchor: Anchor & { readonly isGapless: boolean },
): Promise<FollowLoss | null> {
  if (last < anchor.position) return 'rewound';
  const there =
    anchor.position >= Math.max(1, first) ? await readMessage(session, { seq: anchor.position }) : null;
  if (there !== null && !isSame(anchor, there)) return 'rewound';
  return anchor.isGapless && anchor.position + 1 < first ? 'expired' : null;
}

function isSame({ id, storedAtMs }: Anchor, there: StreamMessage): boolean {
  if (id !== undefined && id !== there.id) return false;
  return storedAtMs === undefined || Math.abs(storedAtMs - there.storedAtMs) <= TIME_TOLERANCE_MS;
}

async function anchorAt(session: NatsSession, position: number): Promise<Anchor> {
  const message = position === 0 ? null : await readMessage(session, { seq: position });
  // It can have been removed since, and then only its position is known.
  return message === null ? { position } : anchorOf(message);
}

export function anchorOf({ position, id, storedAtMs }: StreamMessage): Anchor {
  return { position, id, storedAtMs };
}
