/**
 * What the stream says about answers that are kept: whether one is still as the databases are, and what may be kept at
 * all. Positions are those of the stream, times those of the process's own clock.
 */
import {
  type BusState,
  createEventFollower,
  type EventBus,
  type EventFollower,
  type Logger,
  type ReadableRecord,
  type StreamMessage,
} from '@rocket/platform';
import type { AppName, Epoch, Lsn, Placed } from '@rocket/schema';
import type { SeenPositions } from '../../execution/seen-positions.ts';
import type { CacheMetrics } from '../cache-metrics.ts';
import { Invalidations } from './invalidations.ts';
import { type AppliedEvent, OwnWrites } from './own-writes.ts';
import { PositionTrail, type StreamStamp } from './position-trail.ts';
import { hashTag } from './tag-hash.ts';

/** A point of the stream before a read began. */
export interface ReadMoment {
  readonly stamp: StreamStamp;
  readonly atMs: number;
  /** Counts the resets of before. */
  readonly generation: number;
}

/** What an answer depends on. */
export interface Dependencies {
  readonly stamp: StreamStamp;
  /** Hashes of the tags. */
  readonly tags: Float64Array;
  readonly apps: readonly AppRead[];
}

/** An app that an answer was read from. */
export interface AppRead {
  readonly app: AppName;
  readonly epoch: Epoch;
  /** The read saw at least what was committed up to here; null for anything. */
  readonly lsn: Lsn | null;
}

/** `unsure`: changes may have been made that are not known here yet. */
export type Standing = 'current' | 'invalidated' | 'unsure';

export interface FreshnessOptions {
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics: CacheMetrics;
  /** Reads of an app have to see everything that the stream has told of it. */
  readonly seen: SeenPositions;
  /** Epoch at which an app is placed now; undefined for an app that is not. */
  readonly epochOf: (app: AppName) => Epoch | undefined;
  /** Everything that is kept is void. */
  readonly onReset: () => void;
  readonly boundMs?: number;
}

export interface Freshness {
  readonly follower: EventFollower;
  /** To be taken before reading; null while nothing that is read may be kept. */
  moment(): ReadMoment | null;
  /** Whether what was read since then may be kept. */
  mayKeep(moment: ReadMoment, apps: readonly AppRead[]): boolean;
  standing(of: Dependencies): Standing;
  /** Whether all changes of the app up to a short while ago are known here. */
  isSure(app: AppName): boolean;
  /** Whether all that was known of the stream at `position` is known here, so that standings take it into account. */
  covers(position: number): boolean;
  /** Whether an answer that another process has kept was read on the stream as it is known here. */
  knows(stamp: StreamStamp): boolean;
  /** @see OwnWrites.wait */
  ownWrite(at: Placed, events: readonly string[]): Promise<AppliedEvent | null>;
  /** Unix time in ms of the last reset; 0 when there was none. Positions that others told before it are void. */
  readonly resetAtMs: number;
  readonly sizes: { readonly tags: number; readonly forgotten: number };
  close(): void;
}

/** How long a mutation's answer waits for its events while the stream is up. */
const OWN_WRITE_WAIT_MS = 1_000;

export function createFreshness(options: FreshnessOptions): Freshness {
  const { bus, logger, metrics, seen, epochOf, boundMs } = options;
  const invalidations = new Invalidations();
  const trail = new PositionTrail();
  const ownWrites = new OwnWrites();
  let generation = 0;
  let resetAtMs = 0;

  function apply(record: ReadableRecord, message: StreamMessage): void {
    const { position, id } = message;
    const told = toldOf(record);
    if (told === null) invalidations.reached(position);
    else {
      const { tags, app, epoch, lsn, at } = told;
      invalidations.invalidate(tags.map(hashTag), position);
      if (lsn !== null) seen.note({ app, epoch }, lsn);
      if (id !== null) ownWrites.applied(id, { at: { app, epoch }, position, lsn });
      metrics.applied(tags.length, Date.now() - Date.parse(at));
    }
    if (id !== null) trail.add({ position, message: hashTag(id) });
  }

  const follower = createEventFollower({
    bus,
    logger,
    ...(boundMs === undefined ? {} : { boundMs }),
    onRecord: apply,
    onReset() {
      generation += 1;
      resetAtMs = Date.now();
      invalidations.reset();
      trail.reset();
      ownWrites.reset();
      options.onReset();
    },
  });

  const isSure = ({ app, epoch }: Placed): boolean =>
    !ownWrites.isMissing({ app, epoch }) && follower.app(app).sure;

  return {
    follower,
    moment() {
      const stamp = trail.last;
      return stamp === null ? null : { stamp, atMs: performance.now(), generation };
    },
    mayKeep: (moment, apps) =>
      moment.generation === generation &&
      follower.unbrokenSinceMs <= moment.atMs &&
      apps.every(({ app, epoch }) => epochOf(app) === epoch && Number.isFinite(follower.app(app).ageMs)),
    standing({ tags, stamp, apps }) {
      // Another epoch is another place, whose positions and events are its own.
      if (apps.some(({ app, epoch }) => epochOf(app) !== epoch)) return 'invalidated';
      if (!apps.every(isSure)) return 'unsure';
      return invalidations.isVoid(tags, stamp.position) ? 'invalidated' : 'current';
    },
    isSure: (app) => {
      const epoch = epochOf(app);
      return epoch !== undefined && isSure({ app, epoch });
    },
    covers: (position) => (trail.last?.position ?? -1) >= position,
    knows: (stamp) => trail.has(stamp),
    ownWrite: (at, events) => ownWrites.wait(at, events, isUp(bus.state()) ? OWN_WRITE_WAIT_MS : 0),
    get resetAtMs() {
      return resetAtMs;
    },
    get sizes() {
      return { tags: invalidations.size, forgotten: invalidations.forgotten };
    },
    close: () => follower.close(),
  };
}

function isUp({ kind }: BusState): boolean {
  return kind === 'up';
}

/** What a record says of changes that were committed; null for what processes say of themselves. */
function toldOf(record: ReadableRecord) {
  switch (record.kind) {
    case 'change':
      return record.event;
    case 'touched':
      return record.touched;
    case 'effect':
      return { ...record.effect, tags: [] };
    case 'open':
    case 'closed':
    case 'beat':
    case 'probe':
      return null;
    default:
      return record satisfies never;
  }
}
