/** What all parts of one request share. */
import type { Database } from '@rocket/platform';
import {
  type AppModel,
  type Caller,
  type EntityModel,
  type Filter,
  type FilterScope,
  readFilter,
} from '@rocket/schema';
import type { GraphQLSchema } from 'graphql';
import { Failures, type SubgraphIndex } from '../read/plan-context.ts';
import type { WritePipeline } from '../write/pipeline.ts';

export interface RequestContext {
  readonly schema: GraphQLSchema;
  readonly index: SubgraphIndex;
  readonly caller: Caller;
  readonly filters: FilterScope;
  readonly failures: Failures;
  readonly deadlineAtMs: number;
  /** Where what was just written can be read. */
  readonly primary: Database;
  /** A database for reading that has all that the caller must see. */
  readonly reader: () => Promise<Database>;
  readonly writes: WritePipeline;
}

export type RequestParts = Omit<RequestContext, 'filters' | 'failures'> & { readonly model: AppModel };

export function createRequestContext({ model, ...parts }: RequestParts): RequestContext {
  return { ...parts, failures: new Failures(), filters: filterScope(model, parts) };
}

function filterScope(
  model: AppModel,
  { caller, index }: Pick<RequestContext, 'caller' | 'index'>,
): FilterScope {
  // Memoised for the request, since every field of a type asks again.
  const filters = new Map<string, Filter | 'forbidden'>();
  return {
    caller,
    target: (link) => {
      const node = index.lookup(link.target);
      return node?.owned === true ? node.entity : undefined;
    },
    readable: (entity: EntityModel) => {
      const known = filters.get(entity.name);
      if (known !== undefined) return known;
      const filter = readFilter(model, { entity: entity.name, action: 'read', caller });
      filters.set(entity.name, filter);
      return filter;
    },
  };
}
