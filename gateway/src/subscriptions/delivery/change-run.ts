/**
 * Carries the changes from one place of the stream on to subscribers who see the same of them: first what has been since
 * then, as fast as they take it, then what comes.
 */
import type { Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { ChangeFeed, FedChange, StreamPlace } from '../../changes/change-feed.ts';
import { GraphReplaced, type ReadFor } from '../resolution/ask-graph.ts';
import { ChangeQueue, type QueueEnds, type QueueParts } from './change-queue.ts';
import type { Member } from './member.ts';
import { MemberSet } from './member-set.ts';
import type { Delivery } from './subscriber.ts';

/** Those who come back together, as after a restart, share what they read. */
const GATHER_MS = 10;
/** Positions between those who share it. */
const MAX_DISTANCE = 10_000;
/** While shards do not answer, so many changes are held in memory. */
const MAX_QUEUE = 10_000;
/** Who goes through what has been must take it. */
const MAX_TAKE_MS = 30_000;

export interface RunParts extends QueueParts {
  readonly feed: ChangeFeed;
  readonly entity: string;
  readonly logger: Logger;
  /** By what is known now: an answer may show that two who shared what is read see different things. */
  readonly seeSame: (a: ReadFor, b: ReadFor) => boolean;
  /** They see something else, or the graph has changed: they go on elsewhere, behind their points. */
  readonly onApart: (members: readonly Member[], reason: 'scope' | 'graph') => void;
  /** Nothing waits at the moment. */
  readonly onIdle: (run: ChangeRun) => void;
  readonly onGone: (run: ChangeRun) => void;
}

export class ChangeRun {
  readonly members = new MemberSet();
  readonly #parts: RunParts;
  readonly #queue: ChangeQueue;
  #state: 'gathering' | 'behind' | 'live' | 'ended' = 'gathering';
  #joined: { close(): void } | null = null;

  constructor(parts: RunParts, from: StreamPlace) {
    this.#parts = parts;
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

  /** Everything up to here was told, or concerns nobody. */
  get done(): StreamPlace {
    return this.#queue.done;
  }

  /** Everything up to the place was offered to it. */
  reached(place: StreamPlace): void {
    this.#queue.reached(place);
  }

  /** @returns false when the run is past the member's point, or too far before it, or of others than those who see the same */
  take(member: Member): boolean {
    if (!this.#isFor(member)) return false;
    const { place } = member.point;
    const ahead = place.position - this.#queue.complete;
    if (this.#state === 'gathering') {
      if (Math.abs(ahead) > MAX_DISTANCE) return false;
      if (ahead < 0) this.#queue.beginAt(place);
    } else if (this.#state !== 'live' || ahead < 0) return false;
    this.members.add(member);
    return true;
  }

  #isFor(member: Member): boolean {
    const { first } = this.members;
    return first === undefined || this.#parts.seeSame(first, member);
  }

  leave(member: Member): void {
    if (this.members.delete(member) && this.members.size === 0) this.#end();
  }

  /** All members go elsewhere. */
  empty(): readonly Member[] {
    const members = this.members.empty();
    for (const member of members) this.#advance(member);
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
      const joined = await this.#catchUp();
      if (joined === null) return;
      this.#joined = joined;
      if (this.#hasEnded()) return joined.close();
      await this.#queue.work();
      if (this.#hasEnded()) return;
      this.#state = 'live';
    } catch (error) {
      this.#fail(error);
    }
    // What came while the last of it was taken.
    await this.#workLive();
  }

  /** Null when it has ended meanwhile. */
  async #catchUp(): Promise<{ close(): void } | null> {
    const { feed, entity } = this.#parts;
    let place = this.#queue.done;
    while (!this.#hasEnded()) {
      const joined = feed.join(place, {
        entity,
        onChange: (change) => this.#onChange(change),
        onLost: (error) => this.#fail(error),
      });
      if (joined !== null) return joined;
      const page = await feed.read(place, entity);
      for (const change of page.changes) this.#queue.offer(change);
      await this.#queue.work();
      place = page.place;
      this.#queue.reached(place);
    }
    return null;
  }

  #onChange(change: FedChange): void {
    if (this.#hasEnded()) return;
    this.#queue.offer(change);
    if (this.#state !== 'live') return;
    if (this.#queue.length > MAX_QUEUE) this.#fail(new RocketError('SHARD_UNAVAILABLE'));
    else void this.#workLive();
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
    const apart = [...this.members].filter((member) => !this.#parts.seeSame(of, member));
    if (apart.length === 0) return;
    for (const member of apart) {
      this.#advance(member);
      this.members.delete(member);
    }
    if (this.members.size === 0) this.#end();
    this.#parts.onApart(apart, 'scope');
  }

  /** What concerned nobody concerned this one neither. */
  #advance(member: Member): void {
    const { done } = this.#queue;
    if (member.point.place.position < done.position) member.point = { place: done, row: null };
  }

  #fail(error: unknown): void {
    if (this.#hasEnded()) return;
    if (error instanceof GraphReplaced) {
      this.#parts.onApart(this.empty(), 'graph');
      return;
    }
    const { logger, entity } = this.#parts;
    const isKnown = error instanceof RocketError;
    if (!isKnown) logger.error({ err: error, entity }, 'changes could not be told');
    const told = isKnown ? error : new RocketError('INTERNAL_ERROR', undefined, { cause: error });
    const members = this.members.empty();
    this.#end();
    for (const { subscriber } of members) subscriber.fail(told);
  }
}
