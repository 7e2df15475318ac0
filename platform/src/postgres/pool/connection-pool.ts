/**
 * Connections to one database: a bounded queue, growth with its length, deadlines of waiting callers and of running
 * statements. Lending a free connection takes no promise, no timer and no turn of the event loop.
 */
import { RocketError } from '@rocket/schema';
import type { Connection } from '../wire/connection.ts';
import { Alarm } from './alarm.ts';
import type { BudgetMember } from './connection-budget.ts';
import { OpenConnections } from './open-connections.ts';
import type { ConnectionPoolOptions, PoolStatus } from './pool-types.ts';
import { type Waiter, WaitingLine } from './waiting-line.ts';

/** Pause after a connection could not be made; meanwhile callers are served by the existing ones. */
const GROWTH_PAUSE_MS = 100;
/** Connections are made for half of the waiting callers: the others usually get one that is released before. */
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

  /** Lends a connection, at once when one is free; {@link release} takes it back. @throws RocketError `NOT_READY` */
  lend(waiter: Omit<Waiter, 'sinceMs' | 'untilMs'>): void {
    if (this.#closing !== null) throw new RocketError('NOT_READY', 'The database is being closed');
    const connection = this.#connections.lend();
    if (connection === undefined) this.#wait(waiter);
    else {
      this.#options.onAcquired(0);
      waiter.give(connection);
    }
  }

  /** Makes sure that what runs on a lent connection ends by the deadline. */
  watch(deadlineAtMs: number): void {
    this.#alarm.notAfter(deadlineAtMs);
  }

  release(connection: Connection): void {
    // An expired connection is closed by `giveUp`, after the server was asked to cancel.
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

  /** Serves the waiting callers, waits for running statements, and closes the connections. */
  close(): Promise<void> {
    if (this.#closing === null) {
      this.#closing = Promise.withResolvers<void>();
      this.#closeIfDone();
    }
    return this.#closing.promise;
  }

  #wait(waiter: Omit<Waiter, 'sinceMs' | 'untilMs'>): void {
    const { max, maxWaiting, acquireTimeoutMs } = this.#options;
    // Up to `max` callers are not a queue yet: they wait for connections that can still be made.
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

  /** Gives a connection to the first waiting caller, or makes it idle. */
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

  /** Called when a connection was closed: there is room for a new one, in this pool or in another one. */
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
      // Only with a connection left: without one nobody would be served, nor get the error that the server is
      // unreachable.
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
      // The caller for whom this connection was made may have got another one, so the line is checked again.
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
    // No other caller is served either: the server does not answer.
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
