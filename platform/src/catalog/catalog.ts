/** The contents of the catalog, as the rest of the product sees them. */
import type {
  AppDocument,
  AppId,
  AppName,
  GraphMember,
  GraphName,
  GraphRevision,
  GraphRevisionId,
  Placement,
  Revision,
  ShardMap,
  ShardName,
  ShardRecord,
} from '@rocket/schema';
import type { DeadLetters } from '../dead-letters/dead-letter-types.ts';
import type { Moves } from '../moves/move-types.ts';
import type { PlatformUsers } from '../platform-users/platform-user-types.ts';
import type { ClusterIdentity } from '../replication/replication.ts';
import type { DocumentName, RevisionRecord } from './revision-record.ts';

export interface AppRecord {
  readonly name: AppName;
  /** A removed app's name may be used again, its id never is. */
  readonly id: AppId;
  /** Null until the first activation succeeds. */
  readonly activeRevision: Revision | null;
  /** Number of the active revision; null when there is none. */
  readonly activeNumber: number | null;
  /** Apps that the active revision's relations name. */
  readonly refersTo: readonly AppName[];
  /** Key of the app's HS256 access tokens. */
  readonly tokenSecret: string;
  readonly createdAt: Date;
}

export interface GraphDefinition {
  readonly name: GraphName;
  /** Null means every app, including future ones. */
  readonly apps: readonly AppName[] | null;
}

/** A consistent snapshot of everything that routing and composition need. `version` grows with every change. */
export interface CatalogSnapshot {
  readonly version: number;
  readonly apps: ReadonlyMap<AppName, AppRecord>;
  readonly shardMap: ShardMap;
  readonly graphs: ReadonlyMap<GraphName, GraphDefinition>;
  /** By audience of access tokens and id of the user: those issued up to this time, Unix ms, are refused. */
  readonly revokedUsers: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Secrets made once per installation. */
export interface InstallationSecrets {
  /** Signs calls between gateway and shards. */
  readonly internalKey: string;
  /** Signs platform access tokens. */
  readonly platformTokenSecret: string;
}

/** A shard with the address of its Postgres (server part; databases are named by placements). */
export interface ShardRegistration extends Omit<ShardRecord, 'history'> {
  /**
   * `postgres://user:password@host:port/postgres` of the primary. Stays within the platform's processes and the
   * catalog.
   */
  readonly databaseUrl: string;
  /** URLs of its replicas. After a promotion one of them is the primary; the servers themselves report which. */
  readonly replicaUrls: readonly string[];
  /** Null until a shard process has seen the primary. Used only where there are replicas. */
  readonly cluster: ClusterIdentity | null;
}

/** Held while apps or graphs are changed; nobody else can change them meanwhile. */
export interface ChangeLease {
  /** @throws RocketError `CONFLICT` when somebody else may hold the lease by now */
  require(): void;
  release(): Promise<void>;
}

/** Repository over the catalog database. Every method is one transaction; changes bump the snapshot's version. */
export interface Catalog {
  /** Reads everything as of one moment. */
  snapshot(): Promise<CatalogSnapshot>;
  /**
   * Calls back with the current snapshot, then with a new one whenever the version has grown: notified by LISTEN/NOTIFY
   * on the catalog, with a slow poll in case a notification is lost. The connection is re-made with backoff; `onError`
   * is called with failures. Returns the stop function.
   */
  watch(
    listener: (snapshot: CatalogSnapshot) => void,
    onError: (error: unknown) => void,
  ): () => Promise<void>;
  secrets(): Promise<InstallationSecrets>;
  ping(): Promise<void>;

  /**
   * Waits until nobody else changes apps or graphs. The lease of a holder that has died expires within seconds.
   * @param input.holder describes the change, for those who wait
   * @param input.onWait called once with the holder that is waited for
   * @throws RocketError `CONFLICT` when it is not free within `waitMs`
   */
  claimChanges(input: {
    holder: string;
    waitMs: number;
    onWait?: (holder: string) => void;
  }): Promise<ChangeLease>;

  /**
   * Registers an app with its placement, without a revision. The epoch is 1, or higher than any that a removed app of
   * the name had. @throws RocketError `CONFLICT`; `BAD_REQUEST` for a name that is reserved
   */
  createApp(input: { app: AppName; shard: ShardName; database: string }): Promise<Placement>;
  /**
   * Places an app elsewhere without copying anything, at the next epoch. @throws RocketError `CONFLICT` when it is not at
   * that epoch any more, or another app has the database
   */
  replacePlacement(
    from: Pick<Placement, 'app' | 'epoch'>,
    to: Pick<Placement, 'shard' | 'database' | 'state'>,
  ): Promise<Placement>;
  /** Gateways hold its writes no more. @throws RocketError `CONFLICT` when it is at another epoch by now */
  openPlacement(placement: Pick<Placement, 'app' | 'epoch'>): Promise<void>;
  /** Forgets the app, its placement and revisions. Idempotent. */
  removeApp(app: AppName): Promise<void>;
  /** Stores a document as a new revision, state `pending`, which has no number yet. */
  addRevision(input: {
    app: AppName;
    document: AppDocument;
    contentHash: string;
    createdBy: string;
  }): Promise<Revision>;
  /**
   * Makes a revision the active one, with the app's next number, and retires the former one. @throws RocketError
   * `CONFLICT` when `expectedActive` is not the active one.
   */
  activateRevision(input: {
    app: AppName;
    revision: Revision;
    expectedActive: Revision | null;
    refersTo: readonly AppName[];
  }): Promise<void>;
  failRevision(app: AppName, revision: Revision, reason: string): Promise<void>;
  /** @throws RocketError `NOT_FOUND` */
  revision(app: AppName, revision: Revision): Promise<RevisionRecord>;
  /** What the documents of revisions are, without the documents; of those that are there. */
  documentNames(members: readonly GraphMember[]): Promise<readonly DocumentName[]>;
  /** Revisions that are neither active nor failed yet, oldest first: an import is running, or was never finished. */
  pendingRevisions(): Promise<readonly GraphMember[]>;
  listRevisions(app: AppName): Promise<readonly Omit<RevisionRecord, 'document'>[]>;

  /** Remembers a composition under its id. Idempotent, immutable. */
  putGraphRevision(graph: GraphRevision): Promise<void>;
  /** @throws RocketError `GRAPH_NOT_FOUND` */
  graphRevision(id: GraphRevisionId): Promise<GraphRevision>;
  /**
   * Keeps what the apps of a stored graph revision were composed to, in the place of what was kept; and forgets the
   * compositions of graphs that have an app with another active revision by now, or that were made long ago.
   */
  putComposition(id: GraphRevisionId, composition: object): Promise<void>;
  /** What is kept, for the caller to check; null when nothing is. */
  composition(id: GraphRevisionId): Promise<unknown>;
  /** Graphs that have the app, as it is now, and were composed: those that are asked for. */
  graphsWith(app: AppName): Promise<readonly GraphRevisionId[]>;
  /** Creates or replaces a named graph. */
  putGraph(graph: GraphDefinition): Promise<void>;
  removeGraph(name: GraphName): Promise<void>;

  /**
   * @throws RocketError `CONFLICT` when another registration has the name. Re-registering equal values is no change;
   * without `replicaUrls`, those that are known stay.
   */
  addShard(shard: {
    name: ShardName;
    databaseUrl: string;
    url: string | null;
    replicaUrls?: readonly string[];
  }): Promise<void>;
  /**
   * A shard that is drained takes no new apps, and none that move. @throws RocketError `NOT_FOUND`
   */
  setShardState(name: ShardName, state: ShardRecord['state']): Promise<void>;
  /** Stores where a shard process listens. */
  setShardUrl(name: ShardName, url: string | null): Promise<void>;
  /**
   * Stores a new address of the shard's Postgres; an embedded one may get another port at a restart. @throws
   * RocketError `NOT_FOUND`
   */
  setShardDatabaseUrl(name: ShardName, databaseUrl: string): Promise<void>;
  /** Replaces the list of replicas, and the primary's address where one is given. @throws RocketError `NOT_FOUND` */
  setShardServers(
    name: ShardName,
    servers: { databaseUrl?: string | null; replicaUrls: readonly string[] },
  ): Promise<void>;
  /**
   * Stores which cluster a shard process has seen, and on which timeline its primary writes. Nothing changes when a
   * higher timeline is known, or when the shard has another primary address by now. @throws RocketError `NOT_FOUND`
   */
  setShardCluster(name: ShardName, known: { cluster: ClusterIdentity; databaseUrl: string }): Promise<void>;
  /** @throws RocketError `CONFLICT` while apps are placed on it. */
  removeShard(name: ShardName): Promise<void>;
  /**
   * Forgets a shard with the apps that are placed on it, whose databases are not touched. Returns where the apps were
   * placed.
   */
  removeShardWithApps(name: ShardName): Promise<readonly Pick<Placement, 'app' | 'database'>[]>;
  /** @throws RocketError `NOT_FOUND` */
  shardRegistration(name: ShardName): Promise<ShardRegistration>;

  /** Refuses access tokens that a user was issued, or is within `aheadSeconds`, at all gateways. Idempotent. */
  revokeAppUser(input: { app: AppName; userId: string; aheadSeconds: number }): Promise<void>;

  readonly platformUsers: PlatformUsers;
  readonly deadLetters: DeadLetters;
  readonly moves: Moves;
  close(): Promise<void>;
}
