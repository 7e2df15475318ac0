/**
 * What the stream says about answers that are kept: whether one is still as the databases are, and what may be kept at
 * all. Positions are those of the stream, times those of the process's own clock.
 */
import {
  createEventFollower,
  type EventBus,
  type EventFollower,
  type Logger,
  type ReadableRecord,
  type StreamMessage,
} from '@rocket/platform';
import { type AppName, MAX_STALENESS_MS, type Placed } from '@rocket/schema';
import type { SeenPositions } from '../../execution/seen-positions.ts';
import type { CacheMetrics } from '../cache-metrics.ts';
import type { Doubt } from './doubt.ts';
import { Invalidations } from './invalidations.ts';
import { type AppliedEvent, OwnWrites } from './own-writes.ts';
import type { AppRead, PlaceOf } from './places.ts';
import { PositionTrail, type StreamStamp } from './position-trail.ts';
import type { Dependencies, ReadMoment, Standing } from './read-moment.ts';
import { hashTag } from './tag-hash.ts';
import { toldOf } from './told-changes.ts';
import { WrittenRevisions } from './written-revisions.ts';

export interface FreshnessOptions {
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics: CacheMetrics;
  /** Reads of an app have to see everything that the stream has told of it. */
  readonly seen: SeenPositions;
  /** The shard map as it is now. */
  readonly places: () => PlaceOf;
  /** Everything that is kept is void. */
  readonly onReset: () => void;
}

/** How long a mutation's answer waits for its events while the stream is up. */
const OWN_WRITE_WAIT_MS = 1_000;

export class Freshness {
  readonly follower: EventFollower;
  readonly #options: FreshnessOptions;
  readonly #invalidations = new Invalidations();
  readonly #revisions = new WrittenRevisions();
  readonly #trail = new PositionTrail();
  readonly #ownWrites = new OwnWrites();
  #generation = 0;
  /** When the first message came, by the process's clock: of changes of before nothing is known here. */
  #beganAtMs = Number.POSITIVE_INFINITY;
  #resetAtMs = 0;

  constructor(options: FreshnessOptions) {
    const { bus, logger } = options;
    this.#options = options;
    this.follower = createEventFollower({
      ...{ bus, logger },
      boundMs: MAX_STALENESS_MS,
      onRecord: (record, message) => this.#apply(record, message),
      onReset: () => this.#reset(),
    });
  }

  /** Unix time in ms of the last reset; 0 when there was none. Positions that others told before it are void. */
  get resetAtMs(): number {
    return this.#resetAtMs;
  }

  /** Tags that are remembered, and how many were forgotten for want of room. */
  get sizes(): { readonly tags: number; readonly forgotten: number } {
    return { tags: this.#invalidations.size, forgotten: this.#invalidations.forgotten };
  }

  /** To be taken before reading; null while nothing that is read may be kept. */
  moment(): ReadMoment | null {
    const stamp = this.#trail.last;
    if (stamp === null) return null;
    const placeOf = this.#options.places();
    return { stamp, atMs: performance.now(), generation: this.#generation, placeOf };
  }

  /**
   * Whether what was read since then may be kept. A replica may be behind changes of before the first message, of which
   * nobody here could know.
   */
  mayKeep(moment: ReadMoment, apps: readonly AppRead[]): boolean {
    return (
      moment.generation === this.#generation &&
      this.follower.unbrokenSinceMs <= moment.atMs &&
      this.#arePlaced(apps) &&
      apps.every(({ app }) => this.#hears(app) && Number.isFinite(this.follower.app(app).ageMs)) &&
      (moment.atMs >= this.#beganAtMs + MAX_STALENESS_MS || !apps.some(hasReplicas))
    );
  }

  standing(of: Dependencies): Standing {
    const { apps } = of;
    if (!this.#arePlaced(apps)) return 'invalidated';
    if (!apps.every((read) => this.#isSure(read))) return 'unsure';
    const isVoid = this.#invalidations.isVoid(of) || this.#revisions.areVoid(apps, of.stamp.position);
    return isVoid ? 'invalidated' : 'current';
  }

  /** Whether all changes of the app up to a short while ago are known here. */
  isSure(app: AppName): boolean {
    return this.doubts(app).length === 0;
  }

  /** Why an app is not sure; empty when it is. */
  doubts(app: AppName): readonly Doubt[] {
    const place = this.#options.places()(app);
    if (place === undefined) return ['unplaced'];
    const { ageMs, sure } = this.follower.app(app);
    const doubts: readonly (readonly [Doubt, boolean])[] = [
      ['unheard', !place.isHeard],
      ['own_writes', this.#lacksOwnWrite({ app, epoch: place.epoch }, ageMs)],
      [Number.isFinite(ageMs) ? 'late' : 'unproven', !sure],
    ];
    return doubts.flatMap(([doubt, holds]) => (holds ? [doubt] : []));
  }

  /** Whether everything up to a position is applied here, so that standings take it into account. */
  covers(position: number): boolean {
    const last = this.#trail.last;
    return last !== null && last.position >= position;
  }

  /** Whether an answer that another process has kept was read on the stream as it is known here. */
  knows(stamp: StreamStamp): boolean {
    return this.#trail.has(stamp);
  }

  /**
   * Nobody waits while the events of an app come late: nothing of it is given from what is kept then. When they come in
   * time again all wait, though the app is still held back for a write of before: one that is not waited for holds it back
   * for longer, and among many writes for ever.
   * @see OwnWrites.wait
   */
  ownWrite(at: Placed, events: readonly string[]): Promise<AppliedEvent | null> {
    const isInTime = this.#hears(at.app) && this.follower.app(at.app).sure;
    const mayCome = isInTime && this.#options.bus.state().kind === 'up';
    return this.#ownWrites.wait(at, events, mayCome ? OWN_WRITE_WAIT_MS : 0);
  }

  close(): void {
    this.follower.close();
  }

  #apply(record: ReadableRecord, message: StreamMessage): void {
    const { position, id } = message;
    const { metrics, seen } = this.#options;
    const told = toldOf(record);
    if (told === null) this.#invalidations.reached(position);
    else {
      const { tags, app, epoch, lsn, at } = told;
      this.#invalidations.invalidate(tags.map(hashTag), position);
      this.#revisions.wrote(told, position);
      if (lsn !== null) seen.note({ app, epoch }, lsn);
      if (id !== null) this.#ownWrites.applied(id, { at: { app, epoch }, position, lsn });
      metrics.applied(tags.length, Date.now() - Date.parse(at));
    }
    if (id === null) return;
    if (this.#trail.last === null) this.#beganAtMs = performance.now();
    this.#trail.add({ position, message: hashTag(id) });
  }

  #reset(): void {
    this.#generation += 1;
    this.#resetAtMs = Date.now();
    this.#invalidations.reset();
    this.#revisions.reset();
    this.#trail.reset();
    this.#ownWrites.reset();
    this.#options.onReset();
  }

  #arePlaced(apps: readonly AppRead[]): boolean {
    const placeOf = this.#options.places();
    return apps.every(({ app, epoch, history }) => {
      const place = placeOf(app);
      if (place === undefined || place.epoch !== epoch || place.history !== history) return false;
      // Events of a later epoch tell of a move before the catalog does.
      return (this.#options.seen.epochOf(app) ?? epoch) <= epoch;
    });
  }

  #isSure(at: Placed): boolean {
    const { ageMs, sure } = this.follower.app(at.app);
    return sure && this.#hears(at.app) && !this.#lacksOwnWrite(at, ageMs);
  }

  #hears(app: AppName): boolean {
    return this.#options.places()(app)?.isHeard === true;
  }

  #lacksOwnWrite(at: Placed, ageMs: number): boolean {
    return this.#ownWrites.isMissing(at, performance.now() - ageMs);
  }
}

/** @see ShardRecord.history */
function hasReplicas({ history }: AppRead): boolean {
  return history !== null;
}
