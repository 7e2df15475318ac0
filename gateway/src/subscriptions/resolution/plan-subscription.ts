/** What one subscription is, in one graph: its entity and arguments, what is told of a change, how records are read. */
import type { Caller } from '@rocket/schema';
import type { GraphKey } from '../../graphs/graph-key.ts';
import { graphKeyText } from '../../graphs/graph-key.ts';
import type { ServedGraph } from '../../graphs/served-graph.ts';
import { callerFor } from '../../identity/identity.ts';
import {
  type ChangeOperation,
  type EntityView,
  entityView,
  type RecordFilter,
  recordFilter,
} from '../entity-view.ts';
import { type ChangePayload, changePayload } from '../operation/change-payload.ts';
import { nodeQueries } from '../operation/node-queries.ts';
import { readSubscription } from '../operation/subscribed-operation.ts';
import type { SubscribeRequest } from '../subscribe.ts';
import type { NodeQuerying } from './node-reader.ts';
import { type ChangedEntity, changedEntity, scopesOf } from './subscribed-graph.ts';

export interface SubscriptionPlan extends ChangedEntity {
  readonly key: GraphKey;
  readonly graph: ServedGraph;
  readonly payload: ChangePayload;
  readonly querying: NodeQuerying;
  readonly filter: RecordFilter;
  /** Null for all. */
  readonly operations: ReadonlySet<ChangeOperation> | null;
  readonly after: string | null;
  readonly wantsSnapshot: boolean;
  readonly coalesce: boolean;
  /** The arguments that decide which changes come. */
  readonly deciding: readonly unknown[];
  /** What is asked for, in whichever graph serves the key. */
  readonly form: string;
  /** Equal for plans of which changes are resolved alike, for callers who see the same. */
  readonly shape: string;
}

export interface PlanOptions {
  /** Errors of documents do not propose names of the schema. */
  readonly hidesSchema: boolean;
}

/** @throws SubscriptionRefused; RocketError for an argument that does not fit */
export async function planSubscription(
  graph: ServedGraph,
  { key, identity, parameters }: Pick<SubscribeRequest, 'key' | 'identity' | 'parameters'>,
  { hidesSchema }: PlanOptions,
): Promise<SubscriptionPlan> {
  scopesOf(graph);
  const operation = readSubscription(parameters, graph.documents.schema, { hidesSchema });
  const { model, entity, names } = await changedEntity(graph, operation.field);
  const {
    id = null,
    where = null,
    operations = null,
    after = null,
    snapshot,
    coalesce,
  } = operation.arguments;
  const caller = callerFor(identity, model.app);
  const filter = recordFilter({ id, where }, { model, entity, caller });
  const payload = changePayload(operation, names);
  const queries = nodeQueries({ own: operation.own, nodes: payload.nodes, entity, api: names });
  const primaryKey = entity.primaryKey.graphqlName;
  const querying: NodeQuerying = {
    ...{ key, queries, primaryKey, where },
    ...{ revision: graph.revision.id, variables: operation.variables },
  };
  const deciding = [filter.key, where, sorted(operations)];
  // A variable that is not given has its default, and is not null.
  const given = new Map(Object.entries(operation.variables));
  const used = queries.byKey.variables
    .filter((name) => given.has(name))
    .map((name) => [name, given.get(name)]);
  const form = JSON.stringify([graphKeyText(key), queries.byKey.query, used, where, payload.text]);
  return {
    ...{ key, graph, model, entity, names, payload, querying, filter, deciding },
    operations: operationSet(operations),
    after: typeof after === 'string' ? after : null,
    wantsSnapshot: snapshot === true,
    coalesce: coalesce === true,
    form,
    shape: JSON.stringify([graph.revision.id, form]),
  };
}

/** @throws RocketError `FORBIDDEN` or `UNAUTHENTICATED` for who may read no record */
export function viewOf({ model, entity, filter }: SubscriptionPlan, caller: Caller): EntityView {
  return entityView({ model, entity, caller }, filter.where);
}

function sorted(operations: unknown): readonly unknown[] | null {
  return Array.isArray(operations) ? [...new Set(operations)].sort() : null;
}

function operationSet(operations: unknown): ReadonlySet<ChangeOperation> | null {
  return Array.isArray(operations) ? new Set(operations) : null;
}
