import { type Lsn, MAX_STALENESS_MS } from '@rocket/schema';
import { electPrimary } from './elect-primary.ts';
import { createPrimaryTrail, type Lag } from './primary-trail.ts';
import type {
  ClusterIdentity,
  PostgresServer,
  ReplicationOptions,
  ServerStatus,
  Topology,
} from './replication.ts';
import { ServerMonitor } from './server-monitor.ts';

const DEFAULT_MAX_LAG_BYTES = 64 * 1024 * 1024;
/** With an interval of the probes it leaves a replica within its bound until a primary that hangs is known to be down. */
const DEFAULT_PROBE_TIMEOUT_MS = 1_000;

/**
 * The servers of a shard with the last state of each, and what follows from it: which is the primary, and which
 * replicas can be read.
 */
export class ServerGroup {
  readonly #options: ReplicationOptions;
  readonly #onNews: () => void;
  readonly #trail = createPrimaryTrail();
  /** The registered primary first. */
  #monitors: readonly ServerMonitor[] = [];
  #registered = '';
  #cluster: ClusterIdentity | null = null;
  #primary: string | null = null;
  readonly #seenUp = new Map<string, boolean>();

  constructor(options: ReplicationOptions, onNews: () => void) {
    this.#options = options;
    this.#onNews = onNews;
    this.adopt(options);
  }

  get monitors(): readonly ServerMonitor[] {
    return this.#monitors;
  }

  get timeline(): number {
    return this.replicated ? (this.#cluster?.timeline ?? 0) : 0;
  }

  get replicated(): boolean {
    return this.#monitors.length > 1;
  }

  get primary(): ServerMonitor | null {
    if (!this.replicated) return this.#monitors[0] ?? null;
    return this.#monitors.find(({ server }) => server.url === this.#primary) ?? null;
  }

  /** Takes another list of servers. True when one was added or removed. */
  adopt(topology: Topology): boolean {
    const urls = [...new Set([topology.primaryUrl, ...topology.replicaUrls])];
    const known = new Map(this.#monitors.map((monitor) => [monitor.server.url, monitor]));
    this.#adoptCluster(topology);
    this.#monitors = urls.map((url) => known.get(url) ?? this.#monitor(url));
    const removed = [...known.values()].filter(({ server }) => !urls.includes(server.url));
    for (const monitor of removed) {
      this.#seenUp.delete(monitor.server.url);
      this.#options.onRemoved?.(monitor.server);
      monitor.close().catch((error: unknown) => {
        this.#options.logger.debug(
          { err: error },
          'the connection to a removed server did not close in order',
        );
      });
    }
    this.#elect();
    return removed.length > 0 || urls.some((url) => !known.has(url));
  }

  /**
   * Why a server cannot answer reads; null when it can: it is a live copy of the primary's timeline and not too far
   * behind.
   */
  problemOf({ state }: ServerMonitor): string | null {
    const cluster = this.#cluster;
    if (state.kind === 'unknown') return 'not asked yet';
    if (state.kind === 'down') return 'does not answer';
    if (cluster === null) return 'the primary has not been seen yet';
    if (state.systemId !== cluster.systemId) return 'is a copy of another database cluster';
    if (state.timeline < cluster.timeline) return `is left behind on timeline ${state.timeline}`;
    if (!state.inRecovery) return null;
    const lag = this.#lagAt(state.lsn);
    if (lag === null) return this.#isEachAsked() ? null : 'the primary has not been seen yet';
    const { maxLagMs = MAX_STALENESS_MS, maxLagBytes = DEFAULT_MAX_LAG_BYTES } = this.#options;
    return lag.ms > maxLagMs || lag.bytes > maxLagBytes ? 'is too far behind' : null;
  }

  lagOf({ state }: ServerMonitor): Lag | null {
    if (state.kind !== 'up' || this.#cluster === null || state.timeline < this.#cluster.timeline) return null;
    return this.#lagAt(state.lsn);
  }

  statusOf(monitor: ServerMonitor): ServerStatus {
    const { state, server } = monitor;
    const problem = this.replicated || state.kind === 'down' ? this.problemOf(monitor) : null;
    const isPrimary = monitor === this.primary;
    const isReplica = state.kind === 'up' && state.inRecovery;
    return {
      name: server.name,
      role: isPrimary ? 'primary' : isReplica ? 'replica' : 'unknown',
      up: state.kind === 'up',
      used: isPrimary || (isReplica && problem === null),
      lagBytes: isPrimary ? 0 : isReplica ? (this.lagOf(monitor)?.bytes ?? null) : null,
      problem: problem ?? (isPrimary || isReplica ? null : 'is another primary'),
    };
  }

  /** Where the primary takes no writes, as far as this process can see, replicas get no older than they are. */
  #lagAt(lsn: Lsn): Lag | null {
    return this.#trail.lagAt(lsn, this.primary?.state.kind === 'up' ? performance.now() : null);
  }

  #isEachAsked(): boolean {
    return this.#monitors.every(({ state }) => state.kind !== 'unknown');
  }

  async close(): Promise<void> {
    await Promise.all(this.#monitors.map((monitor) => monitor.close()));
  }

  /**
   * When the registered primary has changed, what was known of the former cluster is dropped, unless the new topology
   * states it.
   */
  #adoptCluster({ primaryUrl, cluster }: Topology): void {
    if (cluster === null && primaryUrl !== this.#registered) {
      this.#cluster = null;
      this.#primary = null;
      this.#trail.clear();
    }
    this.#registered = primaryUrl;
    if (cluster === null) return;
    const known = this.#cluster;
    const newer = known?.systemId !== cluster.systemId || known.timeline < cluster.timeline;
    if (!newer) return;
    this.#cluster = cluster;
    this.#trail.clear();
  }

  #monitor(url: string): ServerMonitor {
    const timeoutMs = this.#options.probeTimeoutMs ?? DEFAULT_PROBE_TIMEOUT_MS;
    return new ServerMonitor({ url, timeoutMs, onState: (monitor) => this.#onState(monitor) });
  }

  #onState(monitor: ServerMonitor): void {
    this.#elect();
    const { state, server } = monitor;
    if (state.kind === 'up' && monitor === this.primary) this.#trail.record(state.lsn, monitor.askedAtMs);
    this.#logChange(monitor);
    if (this.#monitors.includes(monitor)) this.#options.onServer?.(this.statusOf(monitor));
    this.#seenUp.set(server.url, state.kind === 'up');
    this.#onNews();
  }

  #logChange({ state, server }: ServerMonitor): void {
    const wasUp = this.#seenUp.get(server.url);
    const { logger } = this.#options;
    if (state.kind === 'down' && wasUp !== false) {
      logger.warn({ server: server.name, err: state.cause }, 'a Postgres server does not answer');
    } else if (state.kind === 'up' && wasUp === false) {
      logger.info({ server: server.name }, 'a Postgres server answers again');
    }
  }

  #elect(): void {
    if (!this.replicated) return;
    const before = { primary: this.#primary, timeline: this.#cluster?.timeline };
    const { primary, cluster } = electPrimary({
      servers: this.#monitors.map(({ server, state }) => ({ url: server.url, state })),
      cluster: this.#cluster,
      current: this.#primary,
    });
    this.#primary = primary;
    this.#cluster = cluster;
    if (cluster !== null && cluster.timeline !== before.timeline) {
      // Positions of another timeline cannot be compared with this one's.
      this.#trail.clear();
      this.#options.onCluster?.(cluster);
    }
    if (primary !== before.primary) this.#logPrimary(before.primary, this.primary?.server ?? null);
  }

  #logPrimary(before: string | null, server: PostgresServer | null): void {
    const { logger } = this.#options;
    const facts = { server: server?.name, timeline: this.#cluster?.timeline };
    if (server === null) logger.error(facts, 'no Postgres server of the shard takes writes');
    else if (before === null) logger.info(facts, 'the Postgres primary was found');
    else logger.warn(facts, 'another Postgres server has become the primary');
  }
}
