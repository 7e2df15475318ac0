/** A Postgres primary with its streaming replicas, as those who read and write through it see them. */
import type { Lsn } from '@rocket/schema';
import type { Logger } from '../telemetry/logger.ts';

/** Addresses of a shard's Postgres servers. Which of them is the primary shows in the servers themselves. */
export interface Topology {
  readonly primaryUrl: string;
  readonly replicaUrls: readonly string[];
  /** What is known from before; null when nothing is. */
  readonly cluster: ClusterIdentity | null;
}

/**
 * Which database cluster the servers are copies of, and the highest timeline that one of them has written on. A server of
 * another cluster, or one that would write on a lower timeline, is not written to.
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

/** What a server said when it was last asked. */
export type ServerState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'down'; readonly cause: unknown }
  | {
      readonly kind: 'up';
      readonly inRecovery: boolean;
      readonly systemId: string;
      readonly timeline: number;
      /** Replayed up to here; on a primary, written up to here. */
      readonly lsn: Lsn;
    };

export interface ServerStatus {
  readonly name: string;
  readonly role: 'primary' | 'replica' | 'unknown';
  readonly up: boolean;
  /** Reads are sent to it: always true of the primary. */
  readonly used: boolean;
  /** Log that a replica has yet to replay; null when that is not known. */
  readonly lagBytes: number | null;
  /** Why it is not used, in words for an operator; null when it is. */
  readonly problem: string | null;
}

/** What a process hears of its servers; for metrics and for the catalog. */
export interface ReplicationHooks {
  /** A server was asked, or a connection to it failed. */
  onServer?(status: ServerStatus): void;
  /** A server that was listed is so no longer. */
  onRemoved?(server: PostgresServer): void;
  /** The cluster became known, or a replica was promoted. */
  onCluster?(cluster: ClusterIdentity): void;
}

export interface ReplicationOptions extends Topology, ReplicationHooks {
  readonly logger: Logger;
  /** A replica that is further behind than either gets no reads. */
  readonly maxLagMs?: number;
  readonly maxLagBytes?: number;
  /** How often servers are asked while there is traffic. */
  readonly intervalMs?: number;
  /** After which a server that does not answer counts as down. */
  readonly probeTimeoutMs?: number;
}

/**
 * Follows the servers with one connection to each, outside of all pools, and says where to read and to write. With a
 * primary alone it opens no connection. Without traffic it asks nothing.
 */
export interface Replication {
  /** There is more than one server. */
  readonly replicated: boolean;
  /** Of the primary; 0 while it is not known. Positions of the log compare only within one timeline. */
  readonly timeline: number;
  readonly servers: readonly PostgresServer[];
  /**
   * The server for writes. After a failure the servers are all asked again first.
   * @throws RocketError `SHARD_UNAVAILABLE` when there is none
   */
  primary(): Promise<PostgresServer>;
  isPrimary(server: PostgresServer): boolean;
  /**
   * A replica that has replayed `minLsn`, in rotation. Waits a short while for one that is about to; null when there is
   * none, and the primary is to be read.
   */
  replica(minLsn: Lsn | null): Promise<PostgresServer | null>;
  /** A connection to the server failed: it is asked again before it is used. */
  failed(server: PostgresServer, cause: unknown): void;
  status(): readonly ServerStatus[];
  /** Asks all servers now. Never rejects. */
  refresh(): Promise<void>;
  /** Follows another list of servers. Servers on both lists stay connected. */
  update(topology: Topology): void;
  /** Calls back when servers were added or removed. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
