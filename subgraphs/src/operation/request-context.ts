/** What all parts of one request share. */
import {
  type AppModel,
  type Caller,
  type EntityModel,
  type Filter,
  type FilterScope,
  type Lsn,
  readFilter,
} from '@rocket/schema';
import type { GraphQLSchema } from 'graphql';
import type { QueryAdvice } from '../advice/query-advice.ts';
import type { AppDatabase } from '../databases/app-database.ts';
import type { SubgraphIndex } from '../read/node-model.ts';
import { Failures } from '../read/plan-context.ts';
import type { WritePipeline } from '../write/pipeline.ts';
import type { WorkflowCommands } from './workflow-commands.ts';

export interface RequestContext {
  readonly schema: GraphQLSchema;
  readonly index: SubgraphIndex;
  readonly caller: Caller;
  readonly filters: FilterScope;
  /** Names of the entities of which it was asked what the caller may read. */
  readonly consulted: () => readonly string[];
  readonly failures: Failures;
  readonly deadlineAtMs: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  readonly database: AppDatabase;
  /** Reads must see everything up to this position. */
  readonly minLsn: Lsn | null;
  readonly writes: WritePipeline;
  readonly workflows: WorkflowCommands;
  /** Ids of the events that `writes` and `workflows` have committed by now. */
  readonly committed: readonly string[];
  /**
   * The app is about to move, or was a moment ago: writes that have not begun are refused, and made where it is then.
   */
  readonly isMoving: () => Promise<boolean>;
  readonly advice: QueryAdvice;
  /** Whether it is to be told what an answer depends on. */
  readonly wantsFacts?: boolean;
  /** The records of an entity that the caller may update. */
  readonly updatable: (entity: EntityModel) => Filter | 'forbidden';
}

export type RequestParts = Omit<RequestContext, 'filters' | 'consulted' | 'failures' | 'updatable'> & {
  readonly model: AppModel;
};

export function createRequestContext({ model, ...parts }: RequestParts): RequestContext {
  const { caller } = parts;
  return {
    ...parts,
    failures: new Failures(),
    ...filterScope(model, parts),
    updatable: ({ name }) => readFilter(model, { entity: name, action: 'update', caller }),
  };
}

function filterScope(
  model: AppModel,
  { caller, index }: Pick<RequestContext, 'caller' | 'index'>,
): Pick<RequestContext, 'filters' | 'consulted'> {
  // Memoised for the request, because every field of a type needs the filter.
  const known = new Map<string, Filter | 'forbidden'>();
  const filters: FilterScope = {
    caller,
    target: (link) => {
      const node = index.lookup(link.target);
      return node?.owned === true ? node.entity : undefined;
    },
    readable: (entity: EntityModel) => {
      const memo = known.get(entity.name);
      if (memo !== undefined) return memo;
      const filter = readFilter(model, { entity: entity.name, action: 'read', caller });
      known.set(entity.name, filter);
      return filter;
    },
  };
  return { filters, consulted: () => [...known.keys()] };
}
