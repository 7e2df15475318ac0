import { compareLsn, type Lsn, RocketError } from '@rocket/schema';
import { within } from '../lifecycle/deadline.ts';
import { shareRun } from '../lifecycle/shared-runs.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import { createReplicaWaiters, type ReplicaWaiters } from './replica-waiters.ts';
import type {
  PostgresServer,
  Replication,
  ReplicationOptions,
  ServerStatus,
  Topology,
} from './replication.ts';
import { ServerGroup } from './server-group.ts';
import type { ServerMonitor } from './server-monitor.ts';

/**
 * A replica is not behind where the primary was at the probe before, so that its state is known to be at most two intervals
 * old while it keeps up: well within the bound.
 */
const DEFAULT_INTERVAL_MS = 500;
/**
 * A state that is older than this many intervals, after a time without traffic, is requested again before it is used.
 */
const STALE_INTERVALS = 3;
const MAX_STALE_WAIT_MS = 50;

/** Opens no connection yet: the servers are probed when one is first needed. */
export function createReplication(options: ReplicationOptions): Replication {
  return new MonitoredServers(options);
}

class MonitoredServers implements Replication {
  readonly #group: ServerGroup;
  readonly #waiters: ReplicaWaiters;
  readonly #heartbeat: Heartbeat;
  readonly #staleMs: number;
  readonly refresh = shareRun(() => this.#askAll());
  readonly #listeners = new Set<() => void>();
  #roundEndedAtMs = -Infinity;
  /** Counts failures: a round of probes that began before a failure does not clear the suspicion. */
  #failures = 0;
  #suspected = false;
  #turn = 0;
  #closed = false;

  constructor(options: ReplicationOptions) {
    const intervalMs = options.intervalMs ?? DEFAULT_INTERVAL_MS;
    this.#staleMs = intervalMs * STALE_INTERVALS;
    this.#waiters = createReplicaWaiters({
      pick: (minLsn) => this.#pick(minLsn),
      ask: () => this.#askUsable(),
    });
    this.#group = new ServerGroup(options, () => this.#waiters.wake());
    this.#heartbeat = createHeartbeat(intervalMs, () => this.#beat());
  }

  get replicated(): boolean {
    return this.#group.replicated;
  }

  get timeline(): number {
    return this.#group.timeline;
  }

  get servers(): readonly PostgresServer[] {
    return this.#group.monitors.map(({ server }) => server);
  }

  async primary(): Promise<PostgresServer> {
    if (this.replicated) {
      this.#heartbeat.touch();
      // After a failure, the server that answers may be the former primary; only probing all servers shows that.
      if (this.#suspected || this.#group.primary?.state.kind !== 'up') await this.refresh();
      // The awaited round may have begun before the failure.
      if (this.#suspected) await this.refresh();
    }
    const primary = this.#group.primary;
    if (primary !== null) return primary.server;
    throw new RocketError('SHARD_UNAVAILABLE', 'The database of this app takes no writes at the moment');
  }

  isPrimary(server: PostgresServer): boolean {
    return this.#group.primary?.server.url === server.url;
  }

  async replica(minLsn: Lsn | null): Promise<PostgresServer | null> {
    if (!this.replicated) return null;
    this.#heartbeat.touch();
    if (performance.now() - this.#roundEndedAtMs > this.#staleMs) {
      await within(MAX_STALE_WAIT_MS, this.refresh(), () => undefined);
    }
    const ready = this.#pick(minLsn);
    if (ready !== null || !this.#isWorthWaiting()) return ready;
    return await this.#waiters.wait(minLsn);
  }

  failed(server: PostgresServer, cause: unknown): void {
    if (!this.replicated) return;
    this.#failures += 1;
    if (this.isPrimary(server)) this.#suspected = true;
    this.#group.monitors.find((monitor) => monitor.server.url === server.url)?.failed(cause);
  }

  status(): readonly ServerStatus[] {
    return this.#group.monitors.map((monitor) => this.#group.statusOf(monitor));
  }

  update(topology: Topology): void {
    if (this.#closed || !this.#group.adopt(topology)) return;
    // New servers have to be probed before they are used.
    this.#roundEndedAtMs = -Infinity;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#heartbeat.stop();
    this.#listeners.clear();
    await this.#group.close();
  }

  /** A server that hangs holds up the round, but not the probes of the others. */
  #beat(): void {
    void this.refresh();
    for (const monitor of this.#group.monitors) void monitor.probe();
  }

  async #askAll(): Promise<void> {
    const before = this.#failures;
    await Promise.all(this.#group.monitors.map((monitor) => monitor.probe()));
    this.#roundEndedAtMs = performance.now();
    if (this.#failures === before) this.#suspected = false;
  }

  #askUsable(): void {
    for (const monitor of this.#group.monitors) {
      if (this.#isUsableReplica(monitor)) void monitor.probe();
    }
  }

  #isUsableReplica(monitor: ServerMonitor): boolean {
    const { state } = monitor;
    return state.kind === 'up' && state.inRecovery && this.#group.problemOf(monitor) === null;
  }

  #isWorthWaiting(): boolean {
    return this.#group.monitors.some((monitor) => this.#isUsableReplica(monitor));
  }

  #pick(minLsn: Lsn | null): PostgresServer | null {
    const ready = this.#group.monitors.filter((monitor) => this.#canServe(monitor, minLsn));
    this.#turn += 1;
    return ready[this.#turn % ready.length]?.server ?? null;
  }

  #canServe(monitor: ServerMonitor, minLsn: Lsn | null): boolean {
    if (!this.#isUsableReplica(monitor) || monitor.state.kind !== 'up') return false;
    return minLsn === null || compareLsn(monitor.state.lsn, minLsn) >= 0;
  }
}
