import { Connection, type ConnectionOptions } from '../wire/connection.ts';

/** The connections that a pool has: being made, idle, and lent. */
export class OpenConnections {
  readonly #options: ConnectionOptions;
  readonly #all = new Set<Connection>();
  /** Last in, first out, so that connections that are not needed stay idle and are closed. */
  readonly #idle: Connection[] = [];
  #connecting = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Number of connections, including those being made. */
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

  /** Unix time in ms since which the longest idle connection has been idle; infinity when none is idle. */
  get idleSinceMs(): number {
    return this.#idle[0]?.idleSinceMs ?? Number.POSITIVE_INFINITY;
  }

  /** Makes a new connection, which counts as lent. */
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

  /** Lends the idle connection that was used last. */
  lend(): Connection | undefined {
    const connection = this.#idle.pop();
    connection?.whileIdle(null);
    return connection;
  }

  /** Makes a lent connection idle. @param onLost called when it breaks while it is idle, after it has been removed */
  keep(connection: Connection, nowMs: number, onLost: (error: unknown) => void): void {
    connection.idleSinceMs = nowMs;
    connection.whileIdle((error) => {
      this.#idle.splice(this.#idle.indexOf(connection), 1);
      this.remove(connection);
      onLost(error);
    });
    this.#idle.push(connection);
  }

  /** Closes a lent connection. */
  remove(connection: Connection): void {
    if (this.#all.delete(connection)) connection.close();
  }

  removeOldestIdle(): boolean {
    const connection = this.#idle.shift();
    if (connection === undefined) return false;
    this.remove(connection);
    return true;
  }

  /** Connections with a statement past its deadline, and the time of the next deadline of the others. */
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
