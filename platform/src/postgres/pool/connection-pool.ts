/**
 * Connections to one database: a bounded queue, growth with its length, deadlines of those who wait and of what runs.
 * Lending a free connection takes no promise, no timer and no turn of the event loop.
 */
import { RocketError } from '@rocket/schema';
import type { Connection } from '../wire/connection.ts';
import { Alarm } from './alarm.ts';
import type { BudgetMember } from './connection-budget.ts';
import { OpenConnections } from './open-connections.ts';
import type { ConnectionPoolOptions, PoolStatus } from './pool-types.ts';
import { type Waiter, WaitingLine } from './waiting-line.ts';

/** After a connection could not be made; callers are served by those that exist. */
const GROWTH_PAUSE_MS = 100;
/** Connections are made for half of those who wait: as a rule the others get one that comes back before. */
const WAITING_PER_NEW_CONNECTION = 2;

export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #connections: OpenConnections;
  readonly #member: BudgetMember;
  readonly #line = new WaitingLine();
  readonly #alarm = new Alarm((nowMs) => this.#ring(nowMs));
  #pausedUntilMs = 0;
  #closing: PromiseWithResolvers<void> | null = null;

  constructor(options: ConnectionPoolOptions) {
    const connections = new OpenConnections(options);
    this.#options = options;
    this.#connections = connections;
    this.#member = {
      openConnections: () => connections.open,
      waitingSinceMs: () => this.#line.sinceMs,
      idleSinceMs: () => connections.idleSinceMs,
      closeIdleConnection: () => connections.removeOldestIdle(),
      grow: () => this.#grow(),
    };
    options.budget?.join(this.#member);
  }

  /**
   * Lends a connection to `waiter`, at once when one is free; it has to be given back by {@link release}.
   * @throws RocketError `NOT_READY` when the pool has been closed
   */
  lend(waiter: Omit<Waiter, 'sinceMs' | 'untilMs'>): void {
    if (this.#closing !== null) throw new RocketError('NOT_READY', 'The database is being closed');
    const connection = this.#connections.lend();
    if (connection === undefined) this.#wait(waiter);
    else {
      this.#options.onAcquired(0);
      waiter.give(connection);
    }
  }

  /** What runs on a lent connection ends by then. */
  watch(deadlineAtMs: number): void {
    this.#alarm.notAfter(deadlineAtMs);
  }

  release(connection: Connection): void {
    // It is closed when the server has been asked to cancel.
    if (connection.isExpired) return;
    if (connection.isReusable) this.#hand(connection);
    else this.#remove(connection);
  }

  /** Ends what runs on a lent connection, which rejects with `reason`, and closes it. */
  async giveUp(connection: Connection, reason: unknown): Promise<void> {
    if (connection.isExpired) return;
    await connection.expire(reason);
    this.#remove(connection);
  }

  status(): PoolStatus {
    const { open, lent, idle } = this.#connections;
    return { open, inUse: lent, idle, waiting: this.#line.length };
  }

  /** Serves those who wait, waits for what is running, and closes the connections. */
  close(): Promise<void> {
    if (this.#closing === null) {
      this.#closing = Promise.withResolvers<void>();
      this.#closeIfDone();
    }
    return this.#closing.promise;
  }

  #wait(waiter: Omit<Waiter, 'sinceMs' | 'untilMs'>): void {
    const { max, maxWaiting, acquireTimeoutMs } = this.#options;
    // As many as there can be connections are not a queue yet: they wait for connections to be made.
    if (this.#line.length + this.#connections.lent >= max + maxWaiting) {
      this.#refuse(waiter, exhausted('too many callers wait for a database connection of this app'));
      return;
    }
    const sinceMs = Date.now();
    const untilMs = Math.min(sinceMs + acquireTimeoutMs, waiter.deadlineAtMs);
    this.#line.add({ ...waiter, sinceMs, untilMs });
    this.#alarm.notAfter(untilMs);
    this.#grow();
  }

  /** To the first who waits, or to those that are idle. */
  #hand(connection: Connection): void {
    if (this.#options.budget?.mustYield(this.#member) === true) {
      this.#remove(connection);
      return;
    }
    const waiter = this.#line.take();
    const nowMs = Date.now();
    if (waiter !== undefined) {
      this.#options.onAcquired(nowMs - waiter.sinceMs);
      waiter.give(connection);
      return;
    }
    this.#connections.keep(connection, nowMs, (error) => {
      this.#options.onConnectionLost(error);
      this.#shrunk();
    });
    this.#alarm.notAfter(nowMs + this.#options.idleTimeoutMs);
    this.#closeIfDone();
  }

  #remove(connection: Connection): void {
    this.#connections.remove(connection);
    this.#shrunk();
  }

  /** There is room for a new connection, of this pool or of another one. */
  #shrunk(): void {
    this.#options.budget?.closed();
    this.#grow();
    this.#closeIfDone();
  }

  #grow(): void {
    const { max, budget } = this.#options;
    const connections = this.#connections;
    const isShort = () => connections.connecting * WAITING_PER_NEW_CONNECTION < this.#line.length;
    while (connections.open < max && isShort()) {
      // Without any connection nobody would be served, and nobody told that the server cannot be reached.
      if (connections.open > 0 && Date.now() < this.#pausedUntilMs) {
        this.#alarm.notAfter(this.#pausedUntilMs);
        return;
      }
      if (budget !== null && !budget.mayOpen(this.#member)) return;
      void this.#connect();
    }
  }

  async #connect(): Promise<void> {
    try {
      this.#hand(await this.#connections.make());
      // Whom this connection was made for may have been served by another one or not; the line is looked at anew.
      this.#grow();
    } catch (error) {
      this.#pausedUntilMs = Date.now() + GROWTH_PAUSE_MS;
      if (this.#connections.open === 0) {
        for (const waiter of this.#line.takeAll()) this.#refuse(waiter, error);
      }
      this.#shrunk();
    }
  }

  #ring(nowMs: number): number {
    for (const waiter of this.#line.takeOverdue(nowMs)) this.#refuse(waiter, this.#overdue(waiter, nowMs));
    const { overdue, nextMs } = this.#connections.deadlines(nowMs);
    for (const connection of overdue) void this.giveUp(connection, new RocketError('DEADLINE_EXCEEDED'));
    const { idleTimeoutMs } = this.#options;
    while (this.#connections.idleSinceMs + idleTimeoutMs <= nowMs) this.#connections.removeOldestIdle();
    this.#shrunk();
    return Math.min(nextMs, this.#line.untilMs, this.#connections.idleSinceMs + idleTimeoutMs);
  }

  #overdue(waiter: Waiter, nowMs: number): Error {
    if (waiter.deadlineAtMs <= nowMs) return new RocketError('DEADLINE_EXCEEDED');
    // Nobody is ahead of them: it is the server that does not answer.
    if (this.#connections.lent === 0 && this.#connections.connecting > 0) {
      return new Error('timeout expired: the database did not accept a connection');
    }
    return exhausted('no database connection of this app came free in time');
  }

  #refuse(waiter: Pick<Waiter, 'refuse'>, error: unknown): void {
    this.#options.onRefused();
    waiter.refuse(error);
  }

  #closeIfDone(): void {
    const { lent, connecting } = this.#connections;
    if (this.#closing === null || this.#line.length + connecting + lent > 0) return;
    this.#alarm.stop();
    while (this.#connections.removeOldestIdle());
    this.#options.budget?.leave(this.#member);
    this.#closing.resolve();
  }
}

function exhausted(reason: string): RocketError {
  return new RocketError('POOL_EXHAUSTED', undefined, { cause: new Error(reason) });
}
