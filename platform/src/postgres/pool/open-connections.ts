import { Connection, type ConnectionOptions } from '../wire/connection.ts';

/** The connections that a pool has: being made, idle, and lent. */
export class OpenConnections {
  readonly #options: ConnectionOptions;
  readonly #all = new Set<Connection>();
  /** Last in, first out, so that those not needed grow old and are closed. */
  readonly #idle: Connection[] = [];
  #connecting = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** With those being made. */
  get open(): number {
    return this.#all.size + this.#connecting;
  }

  get connecting(): number {
    return this.#connecting;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get lent(): number {
    return this.#all.size - this.#idle.length;
  }

  /** Since when the one that is idle for longest is so; infinity when none is idle. */
  get idleSinceMs(): number {
    return this.#idle[0]?.idleSinceMs ?? Number.POSITIVE_INFINITY;
  }

  /** A new one, which counts as lent. */
  async make(): Promise<Connection> {
    this.#connecting += 1;
    try {
      const connection = await Connection.open(this.#options);
      this.#all.add(connection);
      return connection;
    } finally {
      this.#connecting -= 1;
    }
  }

  /** Lends the one used last. */
  lend(): Connection | undefined {
    const connection = this.#idle.pop();
    connection?.whileIdle(null);
    return connection;
  }

  /** Keeps one that was lent. @param onLost hears when it breaks while it is idle; it has been removed then */
  keep(connection: Connection, nowMs: number, onLost: (error: unknown) => void): void {
    connection.idleSinceMs = nowMs;
    connection.whileIdle((error) => {
      this.#idle.splice(this.#idle.indexOf(connection), 1);
      this.remove(connection);
      onLost(error);
    });
    this.#idle.push(connection);
  }

  /** Closes one that is lent. */
  remove(connection: Connection): void {
    if (this.#all.delete(connection)) connection.close();
  }

  removeOldestIdle(): boolean {
    const connection = this.#idle.shift();
    if (connection === undefined) return false;
    this.remove(connection);
    return true;
  }

  /** Those on which a statement has passed its deadline, and when the next one of the others will. */
  deadlines(nowMs: number): { overdue: readonly Connection[]; nextMs: number } {
    const overdue: Connection[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const connection of this.#all) {
      const { deadlineAtMs } = connection;
      if (deadlineAtMs <= nowMs) overdue.push(connection);
      else nextMs = Math.min(nextMs, deadlineAtMs);
    }
    return { overdue, nextMs };
  }
}
