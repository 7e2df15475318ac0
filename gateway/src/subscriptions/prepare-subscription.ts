import { RocketError } from '@rocket/schema';
import type { ChangeFeeds } from '../changes/change-feed.ts';
import { callerFor } from '../identity/identity.ts';
import type { Prepared } from './delivery/open-subscription.ts';
import { type AskingParts, GraphReplaced } from './resolution/ask-graph.ts';
import type { FormLimits } from './resolution/form-limits.ts';
import { planSubscription, type SubscriptionPlan, viewOf } from './resolution/plan-subscription.ts';
import type { Replacements } from './resolution/replacements.ts';
import type { Shapes } from './resolution/shapes.ts';
import type { SubscribeRequest } from './subscribe.ts';

export interface PreparingParts extends Pick<AskingParts, 'graphs' | 'requestTimeoutMs'> {
  readonly feeds: ChangeFeeds;
  readonly introspection: boolean;
  readonly shapes: Shapes;
  readonly forms: FormLimits;
  readonly replacements: Replacements;
}

/**
 * Plans a subscription in the graph as it is now, also where that is replaced meanwhile, and finds out whether its records
 * can be read. The function throws SubscriptionRefused and RocketErrors.
 */
export function createPreparing(parts: PreparingParts): (request: SubscribeRequest) => Promise<Prepared> {
  return async (request) => {
    for (;;) {
      try {
        return await prepareOnce(request, parts);
      } catch (error) {
        if (!(error instanceof GraphReplaced)) throw error;
      }
    }
  };
}

async function prepareOnce(request: SubscribeRequest, parts: PreparingParts): Promise<Prepared> {
  const { feeds, forms, shapes, replacements } = parts;
  const isCurrent = replacements.since(request.key);
  const plan = await planned(request, parts);
  viewOf(plan, callerFor(request.identity, plan.model.app));
  // Nothing is opened or read for who has left meanwhile. No code that asks for repetition.
  if (request.signal.aborted) throw new RocketError('BAD_REQUEST', 'The subscriber has gone');
  const releases = [forms.take(request.countedAs, plan.form)];
  const release = (): void => {
    for (const each of releases.toReversed()) each();
  };
  try {
    const opened = await feeds.open(plan.model.app);
    const { feed } = opened;
    releases.push(() => opened.release());
    const shape = shapes.hold(plan, feed);
    releases.push(() => shapes.release(shape));
    await shape.ready(request);
    return { plan, feed, shape, isCurrent, release };
  } catch (error) {
    release();
    throw error;
  }
}

function planned(
  request: SubscribeRequest,
  { graphs, requestTimeoutMs, introspection }: PreparingParts,
): Promise<SubscriptionPlan> {
  return graphs.use(request.key, Date.now() + requestTimeoutMs, (graph) =>
    graph.during(() => planSubscription(graph, request, { hidesSchema: !introspection })),
  );
}
