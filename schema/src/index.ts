/** The only door of @rocket/schema. */

export type { DocumentFault } from './document/faults.ts';
export type * from './document/types.ts';
export { CONDITION_OPERATORS, FIELD_TYPES } from './document/types.ts';
export * from './errors.ts';
export * from './filter/filter.ts';
export { type Composition, composeGraph, subgraphUrl } from './graph/compose-graph.ts';
export * from './graph/graph-revision.ts';
export * from './ids.ts';
export type * from './model/app-model.ts';
export * from './naming/graph-names.ts';
export * from './naming/identifiers.ts';
export type * from './protocol/shard-service.ts';
export { INTERNAL_CALL_HEADER, INTERNAL_PATHS } from './protocol/wire.ts';
export * from './routing/shard-map.ts';
export {
  ENGINE_VERSION,
  type GraphModels,
  resolveReference,
  subgraphSdl,
  visibleContributions,
  visibleLinks,
} from './sdl/subgraph-sdl.ts';
export { keyValue } from './where/key-value.ts';
export { parseOrderBy, type SortKey } from './where/parse-order.ts';
export { parseWhere } from './where/parse-where.ts';
