import { RocketError } from '@rocket/schema';
import type { GraphQLError } from 'graphql';
import { ENTITIES_FIELD } from '../execution/failed-fields.ts';
import type { SubgraphSource } from '../execution/subgraph-source.ts';
import type { GraphContext } from '../graph-context.ts';
import type { SupergraphSummary } from '../planning/plan-task.ts';
import { type FetchNode, fetchDocument, type PlanNode } from '../planning/query-plan.ts';
import type { AnswerBudget } from './answer-budget.ts';
import { type AnswerObject, emptyObject, isAnswerObject, mergeInto } from './answer-data.ts';
import { errorsOfFetch, failureOfFetch } from './fetch-errors.ts';
import { below, type Position } from './positions.ts';
import { representationsOf } from './representations.ts';
import { applyRewrites } from './rewrites.ts';

/** Name of the variable in which subgraphs get the keys of entities. */
const REPRESENTATIONS = 'representations';

/** One execution of a plan; `data` and `errors` grow while it goes on. */
export interface PlanExecution {
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly subtypes: SupergraphSummary['subtypes'];
  readonly context: GraphContext;
  /** Variables as the caller gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Variables as coerced by the schema, with their defaults. */
  readonly coerced: Readonly<Record<string, unknown>>;
  readonly data: AnswerObject;
  readonly errors: GraphQLError[];
  /** Budget of the objects from which fetches start. */
  readonly budget: AnswerBudget;
}

/**
 * Makes the fetches of a plan and merges what they find. Fetches that fail leave errors, and the plan continues.
 * @throws RocketError `BAD_USER_INPUT` when they find too much
 */
export async function executePlan(node: PlanNode, execution: PlanExecution): Promise<void> {
  await executeNode(node, { path: [], objects: [execution.data] }, execution);
}

async function executeNode(node: PlanNode, at: Position, execution: PlanExecution): Promise<void> {
  switch (node.kind) {
    case 'Sequence':
      for (const step of node.nodes) await executeNode(step, at, execution);
      return;
    case 'Parallel':
      await Promise.all(node.nodes.map((branch) => executeNode(branch, at, execution)));
      return;
    case 'Flatten': {
      const position = below(at, node.path);
      if (position === null) return;
      execution.budget.take(position.objects.length);
      await executeNode(node.node, position, execution);
      return;
    }
    case 'Condition': {
      const value = execution.coerced[node.condition];
      if (typeof value !== 'boolean') throw new Error(`variable $${node.condition} is not true or false`);
      const branch = value ? node.ifClause : node.elseClause;
      if (branch !== undefined) await executeNode(branch, at, execution);
      return;
    }
    case 'Fetch':
      try {
        await executeFetch(node, at, execution);
      } catch (error) {
        execution.errors.push(failureOfFetch(error));
      }
      return;
    default:
      node satisfies never;
      // The form of the planner's plans is not validated.
      throw new Error('the plan has a node of an unknown kind');
  }
}

async function executeFetch(fetch: FetchNode, at: Position, execution: PlanExecution): Promise<void> {
  const variables = usedVariables(fetch, execution);
  if (fetch.requires !== undefined) return await fetchEntities(fetch, at, { execution, variables });
  const data = await send(fetch, at, { execution, variables, entities: null });
  if (data === null) return;
  applyRewrites(fetch.outputRewrites, data, execution.subtypes);
  for (const object of at.objects) mergeInto(object, data);
}

interface FetchInput {
  readonly execution: PlanExecution;
  readonly variables: Readonly<Record<string, unknown>>;
}

async function fetchEntities(fetch: FetchNode, at: Position, input: FetchInput): Promise<void> {
  const { subtypes } = input.execution;
  const { values, entities } = representationsOf(at.objects, fetch, subtypes);
  if (values.length === 0) return;
  if (Object.hasOwn(input.variables, REPRESENTATIONS)) {
    throw new RocketError('BAD_REQUEST', `A variable cannot have the name "${REPRESENTATIONS}"`);
  }
  const variables = { ...input.variables, [REPRESENTATIONS]: values };
  const data = await send(fetch, at, { ...input, variables, entities });
  if (data === null) return;
  const received = data[ENTITIES_FIELD];
  if (!Array.isArray(received) || received.length !== values.length) {
    throw new Error(`Expected "data._entities" to contain ${values.length} elements`);
  }
  for (const [index, entity] of received.entries()) {
    const object = at.objects[entities[index] ?? -1];
    if (object === undefined || !isAnswerObject(entity)) continue;
    if (!entity['__typename']) entity['__typename'] = object['__typename'];
    applyRewrites(fetch.outputRewrites, entity, subtypes);
    mergeInto(object, entity);
  }
}

/** Null when the subgraph has no data, which its errors explain. */
async function send(
  fetch: FetchNode,
  at: Position,
  input: FetchInput & { readonly entities: readonly number[] | null },
): Promise<AnswerObject | null> {
  const { execution, variables, entities } = input;
  const { serviceName } = fetch;
  const source = execution.sources.get(serviceName);
  if (source === undefined) throw new Error(`the plan asks the subgraph ${serviceName}, which is not there`);
  const { data, errors = [] } = await source.fetch({
    query: fetch.operation,
    document: fetchDocument(fetch),
    kind: fetch.operationKind,
    variables,
    operationName: fetch.operationName,
    context: execution.context,
  });
  if (errors.length > 0) {
    const place = { serviceName, root: execution.data, path: at.path, entities };
    execution.errors.push(...errorsOfFetch(errors, place));
  }
  return data ?? null;
}

function usedVariables(fetch: FetchNode, { variables }: PlanExecution): Record<string, unknown> {
  const used = emptyObject();
  for (const name of fetch.variableUsages ?? []) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) used[name] = variables[name];
  }
  return used;
}
