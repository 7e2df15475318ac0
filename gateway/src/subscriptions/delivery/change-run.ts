/**
 * Carries the changes from one place of the stream on to subscribers who see the same of them: first what has been since
 * then, as fast as they take it, then what comes.
 */
import type { Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { ChangeFeed, FedChange, StreamPlace } from '../../changes/change-feed.ts';
import { GraphReplaced, type ReadFor } from '../resolution/ask-graph.ts';
import { ChangeQueue, type QueueEnds, type QueueParts } from './change-queue.ts';
import { joinFeed } from './join-feed.ts';
import type { Member } from './member.ts';
import { MemberSet, type SeeSame } from './member-set.ts';
import { publicEnd } from './public-end.ts';
import type { Delivery } from './subscriber.ts';

/** Those who come back together, as after a restart, share what they read. */
const GATHER_MS = 10;
/** Positions between those who share it. */
const MAX_DISTANCE = 10_000;
/** Who goes through what has been must take it. */
const MAX_TAKE_MS = 30_000;

export interface RunParts extends QueueParts {
  readonly feed: ChangeFeed;
  readonly entity: string;
  readonly logger: Logger;
  readonly seeSame: SeeSame;
  /** They see something else, or the graph has changed: they go on elsewhere, behind their points. */
  readonly onApart: (members: readonly Member[], reason: 'scope' | 'graph') => void;
  /** Nothing waits at the moment. */
  readonly onIdle: (run: ChangeRun) => void;
  readonly onGone: (run: ChangeRun) => void;
}

export class ChangeRun {
  readonly members: MemberSet;
  readonly #parts: RunParts;
  readonly #queue: ChangeQueue;
  #state: 'gathering' | 'behind' | 'live' | 'ended' = 'gathering';
  #joined: { close(): void } | null = null;
  /** More came while it was behind than is held: the rest is left to the stream. */
  #isCut = false;

  constructor(parts: RunParts, from: StreamPlace) {
    this.#parts = parts;
    this.members = new MemberSet(parts.seeSame);
    const ends: QueueEnds = {
      readFor: () => this.members.first,
      want: (key) => this.members.want(key),
      give: (deliveries, of) => this.#give(deliveries, of),
    };
    this.#queue = new ChangeQueue(parts, ends, from);
    setTimeout(() => void this.#begin(), GATHER_MS);
  }

  /** Live, and nothing waits. */
  get isIdle(): boolean {
    return this.#state === 'live' && this.#queue.isIdle;
  }

  /** Who wants changes from this position on gets all of them. */
  get complete(): number {
    return this.#queue.complete;
  }

  /** Those in it see the same as those in the other. */
  isLike({ members: { first } }: ChangeRun): boolean {
    return first !== undefined && this.members.accept(first);
  }

  /** Everything up to the place was offered to it. */
  reached(place: StreamPlace): void {
    this.#queue.reached(place);
  }

  /** @returns false when the run is past the member's point, too far before it, or of who sees something else */
  take(member: Member): boolean {
    if (!this.members.accept(member)) return false;
    const { place } = member.point;
    const ahead = place.position - this.#queue.complete;
    if (this.#state === 'gathering') {
      if (Math.abs(ahead) > MAX_DISTANCE) return false;
      if (ahead < 0) this.#queue.beginAt(place);
    } else if (this.#state !== 'live' || ahead < 0) return false;
    this.members.add(member);
    return true;
  }

  leave(member: Member): void {
    if (this.members.delete(member) && this.members.size === 0) this.#end();
  }

  /** All members go elsewhere. */
  empty(): readonly Member[] {
    const members = this.members.empty();
    for (const member of members) member.reached(this.#queue.done);
    this.#end();
    return members;
  }

  #end(): void {
    if (this.#hasEnded()) return;
    this.#state = 'ended';
    this.#joined?.close();
    this.#queue.clear();
    this.#parts.onGone(this);
  }

  /** Asked after each wait, as anything can have happened meanwhile. */
  #hasEnded(): boolean {
    return this.#state === 'ended';
  }

  async #begin(): Promise<void> {
    if (this.#hasEnded()) return;
    this.#state = 'behind';
    try {
      let isThrough = false;
      while (!isThrough) isThrough = await this.#catchUp();
    } catch (error) {
      this.#fail(error);
    }
    // What came while the last of it was taken.
    await this.#workLive();
  }

  /** False when more has come meanwhile than is held in memory: it is read from the stream. */
  async #catchUp(): Promise<boolean> {
    this.#isCut = false;
    const { feed, entity } = this.#parts;
    const joined = await joinFeed(this.#queue, {
      ...{ feed, entity, hasEnded: () => this.#hasEnded() },
      onChange: (change) => this.#onChange(change),
      onLost: (error) => this.#fail(error),
    });
    this.#joined = joined;
    if (joined === null) return true;
    if (!this.#hasEnded()) await this.#queue.work();
    if (this.#hasEnded() || this.#isCut) joined.close();
    else this.#state = 'live';
    return !this.#isCut;
  }

  #onChange(change: FedChange): void {
    if (this.#hasEnded() || this.#isCut) return;
    const isLive = this.#state === 'live';
    if (!this.#queue.isFull) {
      this.#queue.offer(change);
      if (isLive) void this.#workLive();
    } else if (isLive) this.#fail(new RocketError('SHARD_UNAVAILABLE'));
    else this.#isCut = true;
  }

  async #workLive(): Promise<void> {
    if (this.#hasEnded()) return;
    try {
      await this.#queue.work();
      if (this.isIdle) this.#parts.onIdle(this);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #give(deliveries: readonly Delivery[], of: ReadFor): Promise<void> {
    if (this.#hasEnded()) return;
    this.#part(of);
    for (const delivery of deliveries) {
      for (const member of this.members.of(delivery.change.id)) member.deliver(delivery);
    }
    if (this.#state === 'behind') await this.members.taken(MAX_TAKE_MS);
  }

  /** Who sees something else than the one whom it was read for does not get it. */
  #part(of: ReadFor): void {
    const apart = this.members.part(of);
    if (apart.length === 0) return;
    for (const member of apart) member.reached(this.#queue.done);
    if (this.members.size === 0) this.#end();
    this.#parts.onApart(apart, 'scope');
  }

  #fail(error: unknown): void {
    if (this.#hasEnded()) return;
    if (error instanceof GraphReplaced) {
      this.#parts.onApart(this.empty(), 'graph');
      return;
    }
    const told = publicEnd(error, this.#parts.logger);
    const members = this.members.empty();
    this.#end();
    for (const { subscriber } of members) subscriber.fail(told);
  }
}
