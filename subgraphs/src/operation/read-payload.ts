/** The record of a mutation's payload, read like any other, but from the server that was written to. */
import { parseJson } from '@rocket/schema';
import type { NodeModel } from '../read/node-model.ts';
import type { Place } from '../read/place.ts';
import type { PlanContext } from '../read/plan-context.ts';
import { idFilter, planByKey } from '../read/plan-root.ts';
import { FaultyJson, readRoots } from '../read/read-roots.ts';
import type { OperationScope } from '../read/selection.ts';
import { completeTransitions } from './complete-transitions.ts';
import type { RequestContext } from './request-context.ts';

/** Shaped by its place in the operation; null when the caller may not see it, or when it was deleted meanwhile. */
export async function readPayload(
  context: RequestContext,
  of: { node: NodeModel; id: string; place: Place; scope: OperationScope },
): Promise<unknown> {
  const { schema, index, caller, filters, failures } = context;
  const onQuery: PlanContext['onQuery'] = (shape) => context.advice.record(shape, null);
  const plans: PlanContext = {
    schema,
    index,
    caller,
    filters,
    failures,
    transitions: [],
    onQuery,
    scope: of.scope,
  };
  const filter = idFilter(of.node, of.id);
  const plan = planByKey(plans, of.node, { args: {}, place: of.place, filter });
  if (plan === null) return null;
  const { deadlineAtMs } = context;
  const [answer] = await readRoots(context.database.primary, [plan], {
    deadlineAtMs,
    hasCursor: failures.hasCursor,
    complete: completeTransitions(context, plans.transitions),
  });
  if (answer instanceof Error) throw answer;
  if (answer === undefined || answer === null) return null;
  return parseJson(answer instanceof FaultyJson ? answer.json : answer);
}
