/** What the resolvers of one request share. */
import type { Database } from '@rocket/platform';
import { type AppModel, type Caller, type EntityModel, type Filter, readFilter } from '@rocket/schema';
import type DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { NodeLookup } from '../read/node-model.ts';
import type { PlanContext } from '../read/plan-level.ts';
import type { LoadedRecord } from '../read/record.ts';
import { withRecordBudget } from '../read/record-budget.ts';
import type { WritePipeline } from '../write/pipeline.ts';

/** Loads the records of `_entities` representations, all of one type and selection in one batch. */
export type ReferenceLoader = DataLoader<string, LoadedRecord | null>;

export interface RequestContext {
  readonly caller: Caller;
  /** For reading; what it may read in all is bounded. */
  readonly database: Database;
  readonly writes: WritePipeline;
  /** Memoised for the request, since every field of a type asks again. */
  readonly readable: (entity: EntityModel) => Filter | 'forbidden';
  readonly references: Map<string, ReferenceLoader>;
}

export function createRequestContext(of: {
  model: AppModel;
  caller: Caller;
  database: Database;
  writes: WritePipeline;
}): RequestContext {
  const filters = new Map<string, Filter | 'forbidden'>();
  return {
    caller: of.caller,
    database: withRecordBudget(of.database),
    writes: of.writes,
    references: new Map(),
    readable: (entity) => {
      const known = filters.get(entity.name);
      if (known !== undefined) return known;
      const filter = readFilter(of.model, { entity: entity.name, action: 'read', caller: of.caller });
      filters.set(entity.name, filter);
      return filter;
    },
  };
}

export function planContext(
  context: RequestContext,
  lookup: NodeLookup,
  info: GraphQLResolveInfo,
): PlanContext {
  return { scope: info, lookup, caller: context.caller, readable: context.readable };
}
