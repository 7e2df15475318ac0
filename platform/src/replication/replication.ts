/** A Postgres primary with its streaming replicas, as the code that reads and writes through them sees them. */
import type { Lsn } from '@rocket/schema';
import type { Logger } from '../telemetry/logger.ts';

/** Addresses of a shard's Postgres servers. The servers themselves report which of them is the primary. */
export interface Topology {
  readonly primaryUrl: string;
  readonly replicaUrls: readonly string[];
  /** What was known before; null when nothing was. */
  readonly cluster: ClusterIdentity | null;
}

/**
 * Which database cluster the servers are copies of, and the highest timeline that one of them has written on. A server
 * of another cluster, or one that would write on a lower timeline, is not written to.
 */
export interface ClusterIdentity {
  readonly systemId: string;
  readonly timeline: number;
}

export interface PostgresServer {
  readonly url: string;
  /** `host:port`, for logs and metrics. */
  readonly name: string;
}

/** What a server reported when it was last probed. */
export type ServerState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'down'; readonly cause: unknown }
  | {
      readonly kind: 'up';
      readonly inRecovery: boolean;
      readonly systemId: string;
      readonly timeline: number;
      /** Position up to which the server has replayed, or, on a primary, written. */
      readonly lsn: Lsn;
    };

export interface ServerStatus {
  readonly name: string;
  readonly role: 'primary' | 'replica' | 'unknown';
  readonly up: boolean;
  /** True when reads are sent to the server, as always to the primary. */
  readonly used: boolean;
  /** Bytes of log that a replica still has to replay; null when unknown. */
  readonly lagBytes: number | null;
  /** Why it is not used, in words for an operator; null when it is. */
  readonly problem: string | null;
}

/** Events about a process's servers, for metrics and for the catalog. */
export interface ReplicationHooks {
  /** Called when a server was probed, or a connection to it failed. */
  onServer?(status: ServerStatus): void;
  /** Called when a server is no longer listed. */
  onRemoved?(server: PostgresServer): void;
  /** Called when the cluster became known, or a replica was promoted. */
  onCluster?(cluster: ClusterIdentity): void;
}

export interface ReplicationOptions extends Topology, ReplicationHooks {
  readonly logger: Logger;
  /** A replica that may lack what was committed longer ago gets no reads; {@link MAX_STALENESS_MS} by default. */
  readonly maxLagMs?: number;
  /** Neither does one that is further behind. */
  readonly maxLagBytes?: number;
  /** Interval of the probes while there is traffic. */
  readonly intervalMs?: number;
  /** Time after which a server that does not answer counts as down. */
  readonly probeTimeoutMs?: number;
}

/**
 * Follows the servers with one connection to each, outside of all pools, and decides where to read and to write. With
 * only a primary it opens no connection. Without traffic it sends no probes.
 */
export interface Replication {
  /** There is more than one server. */
  readonly replicated: boolean;
  /** Timeline of the primary; 0 while unknown. Positions of the log can be compared only within one timeline. */
  readonly timeline: number;
  readonly servers: readonly PostgresServer[];
  /**
   * The server for writes. After a failure all servers are probed again first.
   * @throws RocketError `SHARD_UNAVAILABLE` when there is none
   */
  primary(): Promise<PostgresServer>;
  isPrimary(server: PostgresServer): boolean;
  /**
   * A replica that has replayed `minLsn`, in rotation. Waits a short while for one that is about to; null when there is
   * none and the primary has to be read.
   */
  replica(minLsn: Lsn | null): Promise<PostgresServer | null>;
  /** Reports a failed connection to the server, which is then probed again before it is used. */
  failed(server: PostgresServer, cause: unknown): void;
  status(): readonly ServerStatus[];
  /** Probes all servers now. Never rejects. */
  refresh(): Promise<void>;
  /** Follows another list of servers. Servers on both lists stay connected. */
  update(topology: Topology): void;
  /** Calls back when servers were added or removed. Returns the function that unsubscribes. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
