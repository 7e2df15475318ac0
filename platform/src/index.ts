/** The only door of @rocket/platform. */

export type {
  AppRecord,
  Catalog,
  CatalogSnapshot,
  ChangeLease,
  GraphDefinition,
  InstallationSecrets,
  ShardRegistration,
} from './catalog/catalog.ts';
export { type CatalogView, followCatalog } from './catalog/follow-catalog.ts';
export { type CatalogOptions, openCatalog } from './catalog/open-catalog.ts';
export type { DocumentName, RevisionRecord, RevisionState } from './catalog/revision-record.ts';
export { isRevoked } from './catalog/revoked-users.ts';
export {
  createStoredDocuments,
  type StoredDocument,
  type StoredDocuments,
} from './catalog/stored-documents.ts';
export { forgetPostgresVariables, readProcessEnvironment } from './config/environment.ts';
export { CATALOG_DATABASE, type Config, loadConfig } from './config/load-config.ts';
export { DEFAULT_METRICS_HOST, type LogLevel } from './config/variables.ts';
export {
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterHead,
  type DeadLetters,
  MAX_DEAD_LETTERS,
  MAX_LETTERS_PER_PAGE,
  type NewDeadLetter,
} from './dead-letters/dead-letter-types.ts';
export { openDataDirectory } from './embedded/home/data-directory.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/start-embedded-postgres.ts';
export {
  createEventFollower,
  type EventFollower,
  type EventFollowerOptions,
} from './events/completeness/event-follower.ts';
export {
  createRecordReader,
  type ReadableRecord,
  type RecordReader,
  type UnreadableCounts,
} from './events/completeness/record-reader.ts';
export type { AppKnowledge, WriterSilence } from './events/completeness/stream-knowledge.ts';
export type {
  BusState,
  ConsumeOptions,
  Consumer,
  ConsumerStatus,
  Delivery,
  EventBus,
  Follower,
  FollowLoss,
  FollowOptions,
  FollowStart,
  OutgoingMessage,
  PublishFailure,
  PublishOutcome,
  StreamDescription,
  StreamMessage,
  StreamRange,
} from './events/event-bus.ts';
export { createInProcessBus, type InProcessBusOptions } from './events/in-process/in-process-bus.ts';
export { openNatsBus } from './events/nats/nats-bus.ts';
export type { NatsOptions } from './events/nats/nats-options.ts';
export { applyEvents, checkEvents, type EventsCheckOptions } from './events/nats/stream/check-events.ts';
export type { SettingDifference } from './events/nats/stream/setting-difference.ts';
export { CallerGone, callerSignal } from './http/caller-signal.ts';
export { createHttpServer, type HttpHandler, type HttpServer } from './http/http-server.ts';
export type { HttpStream } from './http/http-stream.ts';
export { checkJsonDepth, MAX_JSON_DEPTH } from './http/json-depth.ts';
export { parseJsonBody, readBody, readJsonBody } from './http/read-json-body.ts';
export type { UpgradeHandler } from './http/upgrade.ts';
export type { HttpAnswer } from './http/write-answer.ts';
export { cleaningUp, cleanUpAfter } from './lifecycle/clean-up.ts';
export { beforeDeadline, remainingMs, within, withTimeLimit } from './lifecycle/deadline.ts';
export { type Component, createLifecycle, type Lifecycle } from './lifecycle/lifecycle.ts';
export { makeOnce } from './lifecycle/make-once.ts';
export { createSerialQueue, type SerialQueue } from './lifecycle/serial-queue.ts';
export { shareNextRun, shareRun } from './lifecycle/shared-runs.ts';
export { createSlots, type Slots } from './lifecycle/slots.ts';
export type {
  MoveChange,
  MoveFilter,
  MoveLease,
  MovePlace,
  MoveProgress,
  MoveRecord,
  MoveStep,
  Moves,
  NewMove,
} from './moves/move-types.ts';
export { drawDatabaseName } from './moves/moved-database.ts';
export {
  createOutgoingClient,
  createOutgoingClients,
  type OutgoingAnswer,
  type OutgoingClient,
  type OutgoingRequest,
} from './outgoing/outgoing-client.ts';
export { OutgoingError } from './outgoing/outgoing-error.ts';
export type { PlatformUser, PlatformUsers } from './platform-users/platform-user-types.ts';
export {
  isConnectionError,
  isPostgresError,
  POSTGRES_CODES,
  type PostgresError,
} from './postgres/errors.ts';
export { quoteIdentifier } from './postgres/identifiers.ts';
export { type ConnectionBudget, createConnectionBudget } from './postgres/pool/connection-budget.ts';
export {
  createDatabase,
  type DatabaseOptions,
  type PooledDatabase,
  type PoolObserver,
} from './postgres/pool/database.ts';
export type { PoolStatus } from './postgres/pool/pool-types.ts';
export type { SlowQuery } from './postgres/pool/statement-runner.ts';
export type {
  Database,
  Queryable,
  QueryOptions,
  Row,
  Statement,
  Transaction,
  TransactionOptions,
} from './postgres/queryable.ts';
export {
  checkServerVersion,
  createDatabaseIfMissing,
  databaseExists,
  databaseUrl,
  dropDatabase,
  MAINTENANCE_DATABASE,
  refuseOldServer,
  withDatabase,
} from './postgres/server.ts';
export { firstBytes, storableText } from './postgres/storable-text.ts';
export { createReplication } from './replication/create-replication.ts';
export { inspectServers } from './replication/inspect-servers.ts';
export type {
  ClusterIdentity,
  PostgresServer,
  Replication,
  ReplicationHooks,
  ReplicationOptions,
  ServerStatus,
  Topology,
} from './replication/replication.ts';
export { serverName } from './replication/server-monitor.ts';
export {
  ACCESS_TOKEN_TTL_SECONDS,
  type AccessTokenInput,
  readUnverifiedAudience,
  signAccessToken,
  TOKEN_ISSUER,
  type VerifiedClaims,
  verifyAccessToken,
} from './security/access-tokens.ts';
export { checkEmail, normalizeEmail } from './security/emails.ts';
export {
  createInternalSigner,
  createInternalVerifier,
  type InternalRequest,
  type InternalSigner,
  type InternalTarget,
  type InternalVerifier,
  MAX_INTERNAL_TTL_MS,
  type VerifiedCall,
} from './security/internal-calls.ts';
export { checkPasswordPolicy, dummyVerify, hashPassword, verifyPassword } from './security/passwords.ts';
export {
  createRefreshToken,
  hashRefreshToken,
  REFRESH_TOKEN_TTL_SECONDS,
} from './security/refresh-tokens.ts';
export { createTextSigner, type TextSigner } from './security/signed-texts.ts';
export { createImmutableJson } from './shared-cache/immutable-json.ts';
export { openRedisCache, type RedisCacheOptions } from './shared-cache/redis-cache.ts';
export {
  noSharedCache,
  type SharedCache,
  type SharedCacheCounts,
  type SharedCacheState,
} from './shared-cache/shared-cache.ts';
export { addSharedCacheMetrics } from './shared-cache/shared-cache-metrics.ts';
export { createLogger, type Logger } from './telemetry/logger.ts';
export { createMetrics, type Metrics } from './telemetry/metrics.ts';
export { createPoolMetrics, type PoolMetrics } from './telemetry/pool-metrics.ts';
