/** What the catalog holds, as the rest of the product sees it. */
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
import type { PlatformUsers } from '../platform-users/platform-user-types.ts';
import type { ClusterIdentity } from '../replication/replication.ts';

export interface AppRecord {
  readonly name: AppName;
  /** A removed app's name may be given again, its id never is. */
  readonly id: AppId;
  /** Null until the first activation succeeds. */
  readonly activeRevision: Revision | null;
  /** Number of the active revision; null with it. */
  readonly activeNumber: number | null;
  /** Apps that the active revision's relations name. */
  readonly refersTo: readonly AppName[];
  /** Key of the app's HS256 access tokens. */
  readonly tokenSecret: string;
  readonly createdAt: Date;
}

export interface GraphDefinition {
  readonly name: GraphName;
  /** Null is every app, now and later. */
  readonly apps: readonly AppName[] | null;
}

/** One consistent reading of all that routing and composition need. `version` grows with every change of it. */
export interface CatalogSnapshot {
  readonly version: number;
  readonly apps: ReadonlyMap<AppName, AppRecord>;
  readonly shardMap: ShardMap;
  readonly graphs: ReadonlyMap<GraphName, GraphDefinition>;
}

export type RevisionState = 'pending' | 'active' | 'retired' | 'failed';

export interface RevisionRecord {
  readonly app: AppName;
  readonly appId: AppId;
  readonly revision: Revision;
  /** Counts the documents of the app that became active, from 1; null for one that has not. */
  readonly number: number | null;
  readonly state: RevisionState;
  readonly document: AppDocument;
  /** SHA-256 of the document's canonical JSON, hex. */
  readonly contentHash: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Secrets made once per installation. */
export interface InstallationSecrets {
  /** Signs calls between gateway and shards. */
  readonly internalKey: string;
  /** Signs platform access tokens. */
  readonly platformTokenSecret: string;
}

/** A shard with the address of its Postgres (server part; databases are named by placements). */
export interface ShardRegistration extends ShardRecord {
  /** `postgres://user:password@host:port/postgres` of the primary. Stays within the platform's processes and the catalog. */
  readonly databaseUrl: string;
  /** The same of its replicas. After a promotion one of them is the primary; the servers themselves say which. */
  readonly replicaUrls: readonly string[];
  /** Null until a shard process has seen the primary; it is looked at only where there are replicas. */
  readonly cluster: ClusterIdentity | null;
}

/** Held by whoever changes apps or graphs; nobody else does meanwhile. */
export interface ChangeLease {
  /** @throws RocketError `CONFLICT` when it may be another's by now */
  require(): void;
  release(): Promise<void>;
}

/** Repository over the catalog database. Every method is one transaction; changes bump the snapshot's version. */
export interface Catalog {
  /** Reads everything at one moment. */
  snapshot(): Promise<CatalogSnapshot>;
  /**
   * Calls back with the snapshot as it is now, then with a fresh one whenever the version has grown: woken by LISTEN/NOTIFY on the catalog, with a
   * slow poll as insurance. The connection is re-made with backoff; `onError` hears of failures. Returns the stop function.
   */
  watch(
    listener: (snapshot: CatalogSnapshot) => void,
    onError: (error: unknown) => void,
  ): () => Promise<void>;
  secrets(): Promise<InstallationSecrets>;
  ping(): Promise<void>;

  /**
   * Waits until nobody else changes apps or graphs. The lease of a holder that has died ends by itself within seconds.
   * @param input.holder the change in words, told to those who wait
   * @param input.onWait hears once what is waited for
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
  /** Forgets the app, its placement and revisions. Idempotent. */
  removeApp(app: AppName): Promise<void>;
  /** Stores a document as a new revision, state `pending`, which has no number yet. */
  addRevision(input: {
    app: AppName;
    document: AppDocument;
    contentHash: string;
    createdBy: string;
  }): Promise<Revision>;
  /** Makes it the active one, with the app's next number, and retires the former. @throws RocketError `CONFLICT` when `expectedActive` is not the active one. */
  activateRevision(input: {
    app: AppName;
    revision: Revision;
    expectedActive: Revision | null;
    refersTo: readonly AppName[];
  }): Promise<void>;
  failRevision(app: AppName, revision: Revision, reason: string): Promise<void>;
  /** @throws RocketError `NOT_FOUND` */
  revision(app: AppName, revision: Revision): Promise<RevisionRecord>;
  /** Those that are neither active nor failed yet: an import runs, or was left open. The oldest first. */
  pendingRevisions(): Promise<readonly GraphMember[]>;
  listRevisions(app: AppName): Promise<readonly Omit<RevisionRecord, 'document'>[]>;

  /** Remembers a composition under its id. Idempotent, immutable. */
  putGraphRevision(graph: GraphRevision): Promise<void>;
  /** @throws RocketError `GRAPH_NOT_FOUND` */
  graphRevision(id: GraphRevisionId): Promise<GraphRevision>;
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
  /** A shard process tells where it listens. */
  setShardUrl(name: ShardName, url: string | null): Promise<void>;
  /** The shard's Postgres has moved to another address, as an embedded one may at a restart. @throws RocketError `NOT_FOUND` */
  setShardDatabaseUrl(name: ShardName, databaseUrl: string): Promise<void>;
  /** Replaces the list of replicas, and the primary's address where one is given. @throws RocketError `NOT_FOUND` */
  setShardServers(
    name: ShardName,
    servers: { databaseUrl?: string | null; replicaUrls: readonly string[] },
  ): Promise<void>;
  /**
   * A shard process has seen which cluster it is and on which timeline its primary writes. No change when a higher
   * timeline is known, or when the shard has another primary address by now. @throws RocketError `NOT_FOUND`
   */
  setShardCluster(name: ShardName, known: { cluster: ClusterIdentity; databaseUrl: string }): Promise<void>;
  /** @throws RocketError `CONFLICT` while apps are placed on it. */
  removeShard(name: ShardName): Promise<void>;
  /** Forgets a shard with the apps that are placed on it, whose databases are not touched. Returns where the apps were. */
  removeShardWithApps(name: ShardName): Promise<readonly Pick<Placement, 'app' | 'database'>[]>;
  /** @throws RocketError `NOT_FOUND` */
  shardRegistration(name: ShardName): Promise<ShardRegistration>;

  readonly platformUsers: PlatformUsers;
  close(): Promise<void>;
}
