import type { Follower, FollowLoss, StreamMessage } from '../../event-bus.ts';
import { checkFilter } from '../../subjects.ts';
import { type OwnedFollowOptions, tellLoss, tellOwner } from '../../tell-owner.ts';
import { isMissing } from '../nats-errors.ts';
import type { NatsLink, NatsSession } from '../nats-link.ts';
import { anchorOf, createTrack, type FollowPlan, type FollowTrack, planFollow } from './follow-track.ts';
import { type NatsFeed, openFeed } from './nats-feed.ts';

const RETRY_MS = 500;

/** Follows through any number of sessions; each, and each feed that breaks, begins with the checks of `planFollow`. */
export class NatsFollower implements Follower {
  readonly #link: NatsLink;
  readonly #options: OwnedFollowOptions;
  readonly #track: FollowTrack;
  readonly #stopListening: () => void;
  /** What belongs to another one is late and of no account. */
  #attempt = 0;
  #feed: NatsFeed | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isCaughtUp = false;
  #isClosed = false;

  constructor(link: NatsLink, options: OwnedFollowOptions) {
    checkFilter(options.subject);
    this.#link = link;
    this.#options = options;
    this.#track = createTrack(options.from);
    this.#stopListening = link.onSession((session) => {
      if (session === null) this.#cut();
      else this.#start(session);
    });
  }

  get position(): number {
    return this.#track.anchor?.position ?? 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#leave();
    this.#options.onEnd();
  }

  #leave(): void {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    this.#feed?.close();
    this.#feed = null;
  }

  #lose(reason: FollowLoss): void {
    this.close();
    tellLoss(this.#options, reason);
  }

  /** Calls its owner, whose errors must not reach the connection. Returns whether that went well. */
  #tell(work: () => void): boolean {
    if (tellOwner(this.#options, this.position, work)) return true;
    if (!this.#isClosed) this.#lose('failed');
    return false;
  }

  #cut(): void {
    this.#leave();
    if (!this.#isCaughtUp) return;
    this.#isCaughtUp = false;
    this.#tell(() => this.#options.onCut?.());
  }

  #start(session: NatsSession): void {
    const attempt = this.#attempt;
    this.#begin(session, attempt).catch((error: unknown) => {
      if (attempt !== this.#attempt) return;
      if (isMissing('stream', error)) this.#link.renew(session, 'the stream is gone');
      else this.#startAgain(session, error);
    });
  }

  #startAgain(session: NatsSession, reason: unknown): void {
    this.#options.logger.warn(
      { reason, subject: this.#options.subject },
      'A follower of events begins again',
    );
    this.#cut();
    this.#retry = setTimeout(() => this.#start(session), RETRY_MS);
  }

  async #begin(session: NatsSession, attempt: number): Promise<void> {
    const plan = await planFollow(session, this.#track, this.#options.subject);
    if (attempt !== this.#attempt) return;
    if (typeof plan === 'string') {
      this.#lose(plan);
      return;
    }
    const whileCurrent = (work: () => void): void => {
      if (attempt === this.#attempt) work();
    };
    const feed = await openFeed({
      session,
      subject: this.#options.subject,
      deliver: plan.deliver,
      onMessage: (message) => whileCurrent(() => this.#take(message, plan)),
      // Messages that were the last when the follow began can have been removed since.
      onIdle: () => whileCurrent(() => this.#catchUp(plan)),
      onBroken: (reason) => whileCurrent(() => this.#startAgain(session, reason)),
    });
    if (attempt !== this.#attempt) {
      feed.close();
      return;
    }
    this.#feed = feed;
    if (plan.target <= this.position) this.#catchUp(plan);
  }

  #take(message: StreamMessage, plan: FollowPlan): void {
    if (message.position <= this.position) return;
    if (this.#tell(() => this.#options.onMessage(message))) this.#track.anchor = anchorOf(message);
    if (!this.#isClosed && plan.target <= this.position) this.#catchUp(plan);
  }

  #catchUp({ end }: FollowPlan): void {
    if (this.#isCaughtUp) return;
    this.#isCaughtUp = true;
    this.#track.isPastSnapshot = true;
    if (this.#track.anchor === null || this.position < end.position) this.#track.anchor = end;
    this.#tell(() => this.#options.onCaughtUp?.(this.position));
  }
}
