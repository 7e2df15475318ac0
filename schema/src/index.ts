/** The only door of @rocket/schema. */
export { accessScope, accessScopeView, type EntityAccess, type ScopedRead } from './access/access-scope.ts';
export { type CacheRules, cacheRules, strictestRules } from './access/cache-rules.ts';
export { conditionFilter } from './access/condition-filter.ts';
export { forbidden } from './access/forbidden.ts';
export { type AccessRequest, ADMIN_ROLE, PUBLIC_ROLE, readFilter, rolesOf } from './access/policy.ts';
export type {
  AggregateFunction,
  GroupBy,
  GroupKey,
  GroupSortKey,
  Having,
  Measure,
} from './aggregate/aggregate.ts';
export { measureType } from './aggregate/measure-type.ts';
export { parseGroupBy } from './aggregate/parse-group-by.ts';
export type {
  ComputedRule,
  CreationModel,
  EffectKind,
  ExpressionRule,
  FieldRule,
  MachineModel,
  RelatedLoad,
  TransitionAction,
  TransitionModel,
} from './behaviour/behaviour-model.ts';
export { ENVIRONMENT_NAME } from './behaviour/header-template.ts';
export type { AfterWebhook, WebhookEvent, WebhookModel } from './behaviour/webhook-model.ts';
export { canonicalJson } from './document/canonical-json.ts';
export { documentHash } from './document/document-hash.ts';
export { type DocumentSummary, documentSummary } from './document/document-summary.ts';
export type { DocumentFault } from './document/faults/faults.ts';
export { didYouMean, didYouMeanOf } from './document/faults/nearest-name.ts';
export { parseDocument } from './document/parse-document.ts';
export { parseDocumentText } from './document/parse-text.ts';
export type {
  AppDocument,
  EntityDefinition,
  FieldDefinition,
  FieldTypeName,
  JsonValue,
  PermissionAction,
  PermissionDefinition,
  RelationDefinition,
  SampleRow,
  SlugDefinition,
  StateMachineDefinition,
  WriteMode,
} from './document/types.ts';
export { ERROR_CATALOGUE, type ErrorCode, isErrorCode, RocketError, type UserError } from './errors.ts';
export { type ChangeEvent, changeEvent, isNewer } from './events/change-event.ts';
export { type DueDeliveries, encodeDue } from './events/due-deliveries.ts';
export {
  completeEvent,
  type EncodedEvent,
  encodeEffect,
  encodeEvent,
  encodeSent,
  encodeTouched,
  eventMessageId,
  shortenEvent,
} from './events/encode-event.ts';
export {
  entityTag,
  fieldTags,
  joinTags,
  type LinkEnd,
  linkTags,
  type TagKind,
  tableTag,
  tableTags,
  tagText,
  wholeTableTag,
} from './events/event-tags.ts';
export { type PublicRecord, publicPrevious, publicRecord } from './events/public-record.ts';
export { readStream, type StreamRecord } from './events/read-stream.ts';
export type { RecordChange, StoredRecord } from './events/record-change.ts';
export { type SentEvent, sentEvent } from './events/sent-event.ts';
export {
  ALL_SUBJECTS,
  BEAT_SUBJECTS,
  changeSubject,
  DUE_SUBJECTS,
  effectSubject,
  eventSubject,
  isChangeSubject,
  sentSubject,
  subjectApp,
  WRITER_SUBJECTS,
} from './events/subjects.ts';
export { MAX_TOUCHED_TAGS, type TouchedEvent, touchedEvent, touchedTables } from './events/touched-event.ts';
export { type TransitionEffect, transitionEffect } from './events/transition-effect.ts';
export {
  changeMade,
  type ToldChange,
  type WebhookCall,
  webhookPayload,
  webhookVariables,
} from './events/webhook-payload.ts';
export {
  type Beat,
  encodeStatement,
  type Probe,
  type WriterClosed,
  type WriterOpened,
  type WriterStatement,
} from './events/writer-statement.ts';
export {
  checkExpression,
  compileExpression,
  type EvaluateExpression,
} from './expressions/compile/compile-expression.ts';
export { type Expression, ExpressionError, type ExpressionFault } from './expressions/expression.ts';
export { type ExpressionScope, type ExpressionShape, recordShape } from './expressions/expression-shape.ts';
export { type ParsedExpression, parseExpression } from './expressions/parse/parse-expression.ts';
export { type ExpressionReference, referencesOf } from './expressions/references.ts';
export type { ExpressionVariables } from './expressions/values/evaluation.ts';
export { compareBySortKeys } from './filter/compare-records.ts';
export { type FilterRecord, matches } from './filter/evaluate.ts';
export {
  type ComparisonOperator,
  type Filter,
  type JsonFilter,
  MATCH_ALL,
  MATCH_NONE,
  type RelationFilter,
} from './filter/filter.ts';
export { SEARCH_SEPARATORS, searchQuery } from './filter/search-query.ts';
export type { SortKey } from './filter/sort-key.ts';
export { type Composition, composeGraph } from './graph/compose-graph.ts';
export type { CrossAppReference } from './graph/cross-app-references.ts';
export {
  appGraphMembers,
  type GraphMember,
  type GraphRevision,
  graphRevisionText,
} from './graph/graph-revision.ts';
export {
  type AppId,
  type AppName,
  appDatabaseName,
  appId,
  appName,
  compareLsn,
  type Epoch,
  epoch,
  type GraphName,
  type GraphRevisionId,
  graphName,
  graphRevisionId,
  isAppName,
  type Lsn,
  laterLsn,
  lsn,
  PLATFORM_AUDIENCE,
  type Revision,
  requireFreeName,
  revision,
  type ShardName,
  shardName,
} from './ids.ts';
export type {
  AppModel,
  ChildLink,
  EntityModel,
  EntityRef,
  HasOneLink,
  JoinTableModel,
  LinkModel,
  ManyToManyLink,
  ToManyLink,
  ToOneLink,
} from './model/app-model.ts';
export { buildModel } from './model/build-model.ts';
export type { FieldModel, ScalarType } from './model/field-model.ts';
export { isChildLink, type NestedLink, nestedLinks } from './model/nested-links.ts';
export { MAX_IDENTIFIER_BYTES, MAX_INDEX_ENTRY_BYTES, maxTextBytes } from './model/storage-limits.ts';
export { DELETED_AT_COLUMN, ENGINE_TABLE_PREFIX, VERSION_COLUMN } from './naming/engine-names.ts';
export {
  type EntityNames,
  entityNames,
  type Home,
  transitionNames,
  transitionsFieldName,
  typeName,
} from './naming/graph-names.ts';
export { isDocumentName } from './naming/identifiers.ts';
export { linkAggregateName, linkConnectionName, nestedDeleteName } from './naming/relation-names.ts';
export { changedName, type WorkflowNames, workflowNames } from './naming/workflow-names.ts';
export type { ActivationInput, ActivationReport, Settlement } from './protocol/activation-calls.ts';
export type {
  AppAdvice,
  CountedShape,
  IndexRemedy,
  IndexSuggestion,
  QueryShape,
  ShapeOrder,
  SlowQueryReport,
  SlowStatement,
  StatementPlan,
} from './protocol/advice-calls.ts';
export type { AnswerFacts, ReadFacts, TagGroup, WriteFacts } from './protocol/answer-facts.ts';
export {
  type CallContext,
  type Caller,
  encodeContext,
  encodePlace,
  INTERNAL_CALL_HEADER,
  type Placed,
  readContext,
  readPlace,
} from './protocol/call-context.ts';
export { APP_CALLS, USER_CALLS, WEBHOOK_CALLS } from './protocol/calls.ts';
export type { Call, CallHandlers, Calls, Messages, MessagesByCall } from './protocol/define-call.ts';
export {
  type ConsumedEvent,
  MAX_STORED_EVENTS,
  type OutboxReport,
  type StoredEvent,
} from './protocol/event-calls.ts';
export { MAX_STALENESS_MS } from './protocol/freshness.ts';
export {
  encodeOperation,
  encodeSubgraphAnswer,
  INTERNAL_ANSWER_HEADERS,
  OPERATION_PATH,
  readOperation,
  readSubgraphAnswer,
  type SubgraphAnswer,
  type SubgraphOperation,
} from './protocol/operation-call.ts';
export { encodeRefusal, readRefusal } from './protocol/refusal.ts';
export type { OfEndpoint, ShardService, ShardUsers, ShardWebhooks } from './protocol/shard-service.ts';
export type { AppUser, UserSession } from './protocol/user-calls.ts';
export {
  type ChosenDeliveries,
  type DeliveryAttempt,
  type DeliveryDetail,
  type DeliveryFilter,
  type DeliveryRecord,
  MAX_DELIVERIES_PER_PAGE,
  MAX_DELIVERY_IDS,
  MAX_SECRET_OVERLAP_DAYS,
  type WebhookEndpoint,
} from './protocol/webhook-calls.ts';
export {
  isMoveDecided,
  isMoveOver,
  MOVE_PHASE_TEXTS,
  MOVE_PHASES,
  type MovePhase,
  writesWait,
} from './routing/move-phases.ts';
export {
  type AppLoad,
  type MeasuredShard,
  type PlannedMove,
  planRebalance,
  type Rebalance,
} from './routing/rebalance.ts';
export {
  admit,
  leastLoadedShard,
  type Placement,
  type PlacementState,
  type RouteDecision,
  route,
  type ShardMap,
  type ShardRecord,
  shardOf,
} from './routing/shard-map.ts';
export { buildTrustedSchema } from './sdl/build-schema.ts';
export { executableSdl } from './sdl/executable-sdl.ts';
export { MAX_OFFSET } from './sdl/read-arguments.ts';
export {
  ENGINE_VERSION,
  type GraphModels,
  subgraphSdl,
  visibleContributions,
  visibleLinks,
} from './sdl/subgraph-sdl.ts';
export { builtInNumbers } from './values/built-in-numbers.ts';
export {
  DECIMAL_DIGITS,
  decimalExcess,
  documentDecimal,
  inputDecimal,
  roundedDecimal,
} from './values/decimals.ts';
export {
  holdsRawNumber,
  isExactNumber,
  isRawNumber,
  numberText,
  parseJson,
  rawNumber,
} from './values/exact-json.ts';
export { nearestDouble } from './values/floats.ts';
export { dateText, documentTimestamp, inputTimestamp } from './values/instants.ts';
export { inputBigint, isInt32, isPlainInteger } from './values/integers.ts';
export { jsonLiteral } from './values/json-literal.ts';
export { inputJsonProblem } from './values/json-values.ts';
export { fileUrl, STORED_FILE_NAMES } from './values/stored-file.ts';
export { textProblem } from './values/texts.ts';
export { uuidText } from './values/uuid.ts';
export {
  DELIVERY_EVENTS,
  DELIVERY_STATUSES,
  type DeliveryEvent,
  type DeliveryStatus,
  DISABLED_REASONS,
  type DisabledReason,
  deliveryId,
  firstDeliveryId,
  idempotencyKey,
  readDeliveryId,
} from './webhooks/delivery.ts';
export { concernsWebhooks, matchWebhooks, type WebhookDelivery } from './webhooks/match-webhooks.ts';
export { ACTION_RETRY, type RetryPolicy, retryDelayMs } from './webhooks/retry-policy.ts';
export {
  type RequestForm,
  type RequestHeader,
  readRequestForm,
  WEBHOOK_METHODS,
  type WebhookMethod,
  type WebhookRequest,
} from './webhooks/webhook-request.ts';
export { webhookSecret, webhookSecretProblem } from './webhooks/webhook-secret.ts';
export { type DocumentedUse, webhookUses } from './webhooks/webhook-uses.ts';
export { WEBHOOKS_CONSUMER, WEBHOOKS_CONSUMPTION } from './webhooks/webhooks-consumer.ts';
export type { FilterScope } from './where/filter-scope.ts';
export { badInput, type InputPath } from './where/input-place.ts';
export { keyValue } from './where/key-value.ts';
export { operandValue } from './where/operand-value.ts';
export { parseDistinctOn } from './where/parse-distinct.ts';
export { parseOrderBy } from './where/parse-order.ts';
export { parseWhere } from './where/parse-where.ts';
export { readWorkflowOf } from './workflows/build-workflows.ts';
export { DURATION_HINT, readDuration } from './workflows/durations.ts';
export { WORKFLOWS_CONSUMER, WORKFLOWS_CONSUMPTION } from './workflows/engine-consumer.ts';
export {
  documentEntities,
  engineParts,
  hasSubgraph,
  toldEntities,
  WORKFLOW_APPROVAL,
  WORKFLOW_APPROVALS_TABLE,
  WORKFLOW_HISTORY_ENTRY,
  WORKFLOW_HISTORY_TABLE,
  WORKFLOW_INSTANCE,
  WORKFLOW_INSTANCE_STATUSES,
  WORKFLOW_INSTANCES_TABLE,
  type WorkflowApprovalStatus,
  type WorkflowHistoryStatus,
  type WorkflowInstanceStatus,
} from './workflows/engine-entities.ts';
export { approvalRoles } from './workflows/engine-policies.ts';
export { evaluateCondition, evaluateValue, instanceContext } from './workflows/evaluate-workflow.ts';
export {
  changeToken,
  counted,
  currentStep,
  earliestDue,
  firstState,
  fork,
  type InstanceState,
  MAX_STEPS_OF_INSTANCE,
  moveOn,
  readInstanceState,
  readyToken,
  statusOf,
  type Token,
  tokenOf,
} from './workflows/instance-state.ts';
export {
  matchChange,
  matchEvent,
  type WorkflowChange,
  type WorkflowMatch,
} from './workflows/match-workflows.ts';
export { nextOccurrence } from './workflows/schedule.ts';
export { readTriggerFacts, type TriggerFacts, triggerFacts } from './workflows/trigger-facts.ts';
export { type InstanceContext, type InstanceKnowledge, valueAt } from './workflows/value-path.ts';
export { WorkflowFault } from './workflows/workflow-fault.ts';
export type {
  ActionModel,
  ActionStep,
  ApprovalStep,
  AssigneeModel,
  BrokenGotos,
  BrokenStep,
  ConditionStep,
  ExpressionModel,
  Goto,
  ParallelStep,
  StepModel,
  TriggerModel,
  ValueModel,
  ValuePath,
  WaitStep,
  WaitUntil,
  WorkflowModel,
} from './workflows/workflow-model.ts';
