/**
 * The way of deliveries to one endpoint, in this process: so many requests at once, over connections of its own, and few to
 * one that does not work. What cannot be sent at once is stored, and taken from there when it can be: nobody waits for an
 * endpoint that is slow, and its deliveries take up no memory.
 */
import { RocketError } from '@rocket/schema';
import type { Delivery } from '../../../webhooks/delivery-sql.ts';
import { DISABLED_ERROR } from '../../../webhooks/endpoint-sql.ts';
import { createWakeTimer } from '../../timers/wake-timer.ts';
import type { Attempted } from './attempt-delivery.ts';
import { createBreaker } from './breaker.ts';
import { createFlight, type Flight } from './flight.ts';
import type { LaneOptions } from './lane-options.ts';
import { isDisabled, makeAttempt } from './make-attempt.ts';
import { unsent } from './recorder.ts';

/** Requests at once to one endpoint. */
export const MAX_AT_ONCE = 32;
/** Deliveries that wait in memory for their turn; more are stored. */
const MAX_QUEUED = 1_000;
/** A request that takes longer says that others should not wait for it in memory. */
const SLOW_MS = 250;
/** Of what is known of an endpoint that nothing is sent to. */
const DISABLED_AGE_MS = 500;
/** Part of the requests at once that is left to what is stored, while there is any. */
const STORED_SHARE = 1 / 4;
/** After a look that found what others had taken, or that failed. */
const MIN_PAUSE_MS = 50;
const FAILED_PAUSE_MS = 2_000;

export class Lane {
  readonly #options: LaneOptions;
  readonly #breaker = createBreaker();
  readonly #timer = createWakeTimer(() => void this.#pull());
  readonly #flights = new Set<Flight>();
  /** Those of which it is not stored yet what is to become of them. */
  readonly #unsettled = new Set<Promise<void>>();
  #queue: Flight[] = [];
  #isPulling = false;
  /** There may be more to take as soon as there is room. */
  #isHungry = false;
  #isClosed = false;
  #isAbandoned = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** What is being sent. */
  get flights(): Iterable<Flight> {
    return this.#flights;
  }

  get isIdle(): boolean {
    return this.#flights.size + this.#queue.length === 0;
  }

  /** Stored deliveries are due in so many ms. */
  wakeIn(ms: number): void {
    this.#timer.wakeIn(ms);
  }

  /** Sends a delivery that is stored nowhere. Resolves when what came of it is stored, or the delivery is. */
  async offer(delivery: Delivery): Promise<void> {
    if (await isDisabled(this.#options, DISABLED_AGE_MS))
      await this.#options.recorder.add(
        unsent(delivery, { status: 'failed', dueInMs: null, error: DISABLED_ERROR }),
      );
    else if (this.#isClosed || !this.#hasRoom()) await this.#park(delivery);
    else {
      const flight = this.#flightOf({ ...delivery, claim: 1 }, false);
      this.#queue.push(flight);
      this.#startQueued();
      await flight.settled;
    }
  }

  /** Stores what has waited in memory for long enough. */
  parkQueued(sinceMs: number): void {
    const late = this.#queue.filter((flight) => flight.queuedAtMs < sinceMs);
    this.#queue = this.#queue.filter((flight) => flight.queuedAtMs >= sinceMs);
    for (const flight of late) flight.settleWith(this.#park({ ...flight.delivery, claim: 0 }));
  }

  /** Takes nothing any more. What waits is stored; what is being sent goes on, for its caller to wait for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.close();
    this.parkQueued(Number.POSITIVE_INFINITY);
    await Promise.allSettled(this.#unsettled);
  }

  /** Ends what is still being sent. Nothing is said of it. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    await this.#options.calls.close();
  }

  #limit(): number {
    return this.#breaker.isTrusted() ? MAX_AT_ONCE : 1;
  }

  #hasRoom(): boolean {
    if (this.#breaker.waitMs() > 0 || this.#queue.length >= MAX_QUEUED) return false;
    // The one request to an endpoint that does not work may be that of what is being taken.
    if (this.#isPulling && !this.#breaker.isTrusted()) return false;
    if (this.#flights.size < this.#limit()) return true;
    const [oldest] = this.#flights;
    return this.#breaker.isTrusted() && oldest !== undefined && oldest.ageMs() < SLOW_MS;
  }

  #flightOf(delivery: Delivery, isTaken: boolean): Flight {
    const flight = createFlight(delivery, isTaken);
    const settled = flight.settled.catch(() => undefined).finally(() => this.#unsettled.delete(settled));
    this.#unsettled.add(settled);
    return flight;
  }

  #startQueued(): void {
    // Nothing is sent in the pauses of an endpoint that does not work.
    if (this.#breaker.waitMs() > 0) this.parkQueued(Number.POSITIVE_INFINITY);
    // What is stored has waited for longer than what waits here.
    const most = this.#limit() - (this.#isHungry ? Math.ceil(this.#limit() * STORED_SHARE) : 0);
    while (this.#flights.size < most) {
      const flight = this.#queue.shift();
      if (flight === undefined) break;
      this.#start(flight);
    }
    if (this.#isHungry && this.#flights.size < this.#limit()) void this.#pull();
  }

  #start(flight: Flight): void {
    this.#flights.add(flight);
    flight.started();
    this.#options.onSent();
    flight.settleWith(this.#fly(flight));
  }

  async #fly(flight: Flight): Promise<void> {
    const { delivery } = flight;
    const attempted = await this.#attempt(flight);
    if (typeof attempted === 'string') return await this.#giveUp(flight, attempted);
    // Its connection was ended, which says nothing of the receiver; somebody else sends it.
    if (this.#isAbandoned) throw new RocketError('NOT_READY');
    const { state, attempt } = attempted;
    await this.#options.recorder.add({ delivery, state, attempt, isStored: await flight.isStored() });
    if (state.dueInMs !== null) this.wakeIn(state.dueInMs);
    await this.#options.health.note(this.#options.endpointId, attempted);
  }

  async #attempt(flight: Flight): Promise<Attempted | string> {
    try {
      const attempted = await makeAttempt(flight.delivery, this.#options);
      if (typeof attempted === 'string') return attempted;
      if (attempted.receiver === 'broken') this.#breaker.failed(attempted.askedMs);
      else if (attempted.receiver !== 'unasked') this.#breaker.worked();
      return attempted;
    } finally {
      this.#flights.delete(flight);
      this.#startQueued();
    }
  }

  async #giveUp(flight: Flight, error: string): Promise<void> {
    const entry = unsent(flight.delivery, { status: 'failed', dueInMs: null, error });
    await this.#options.recorder.add({ ...entry, isStored: await flight.isStored() });
  }

  /** Stores it, for whoever can send it. */
  async #park(delivery: Delivery): Promise<void> {
    const dueInMs = this.#breaker.waitMs();
    await this.#options.recorder.add(unsent(delivery, { status: 'pending', dueInMs, error: null }));
    this.wakeIn(dueInMs);
  }

  async #pull(): Promise<void> {
    if (this.#isClosed) return;
    // What was stored since the look that goes on may not be seen by it.
    if (this.#isPulling) return this.wakeIn(MIN_PAUSE_MS);
    const waitMs = this.#breaker.waitMs();
    if (waitMs > 0) return this.wakeIn(waitMs);
    const room = this.#limit() - this.#flights.size;
    this.#isHungry = room <= 0;
    if (this.#isHungry) return;
    this.#isPulling = true;
    try {
      const taken = await this.#options.stored.take(room);
      for (const delivery of taken) this.#start(this.#flightOf(delivery, true));
      this.#isHungry = taken.length === room;
      const nextMs = this.#isHungry ? null : await this.#options.stored.msUntilNext();
      if (nextMs !== null) this.wakeIn(Math.max(nextMs, MIN_PAUSE_MS));
    } catch (err) {
      this.#options.logger.warn({ err, app: this.#options.app }, 'deliveries cannot be taken at the moment');
      this.wakeIn(FAILED_PAUSE_MS);
    } finally {
      this.#isPulling = false;
    }
    if (this.#isHungry) this.#startQueued();
  }
}
