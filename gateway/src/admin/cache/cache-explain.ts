/** Says what the cache would do with the answer of an operation, for a caller whom the admin describes. */
import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import type { BypassReason } from '../../cache/cache-outcome.ts';
import { type Explanation, explain } from '../../cache/explain.ts';
import type { OpenCache } from '../../cache/open-cache.ts';
import { acceptsTokensOf } from '../../graphs/graph-key.ts';
import type { GraphqlParameters } from '../../http/graphql-request.ts';
import { callerFor } from '../../identity/identity.ts';
import { askGraph } from '../../pipeline.ts';
import type { AdminContext, AdminParts } from '../parts.ts';
import { cachedAppView } from './cached-app.ts';
import { type ExplainedCaller, explainedIdentity } from './explained-caller.ts';
import { graphNamed } from './graph-named.ts';

export interface ExplainArguments {
  readonly app?: string | null;
  readonly graph?: string | null;
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
  readonly caller?: ExplainedCaller | null;
  readonly accept: string;
}

/** @throws RocketError `BAD_USER_INPUT`, also for a mutation; `APP_NOT_FOUND`, `GRAPH_NOT_FOUND`, as the graph does */
export async function cacheExplain(
  args: ExplainArguments,
  { requestId, identity: admin }: AdminContext,
  parts: AdminParts,
) {
  const { view, graphs, cache, requestTimeoutMs } = parts;
  const deadlineAtMs = Date.now() + requestTimeoutMs;
  const key = graphNamed(args);
  const identity = explainedIdentity(args.caller ?? null, { key, admin });
  if (identity.kind === 'app' && !acceptsTokensOf(key, identity.app, view.current)) {
    throw new RocketError('BAD_USER_INPUT', `Users of ${identity.app} cannot sign in to this graph`);
  }
  const asked = { identity, parameters: parametersOf(args), accept: args.accept };
  const explanation = await graphs.use(key, deadlineAtMs, (graph) =>
    graph.during(() => {
      const context = {
        ...{ requestId, graph: graph.revision.id, deadlineAtMs, forwardedHeaders: {} },
        callerFor: (app: Parameters<typeof callerFor>[1]) => callerFor(identity, app),
      };
      return explain(
        { ...asked, graph },
        { open: cache.open, read: (request, facts) => askGraph(graph, request, { ...context, facts }) },
      );
    }),
  );
  return explanationView(explanation, cache.open, parts);
}

const Variables = z.record(z.string(), z.unknown()).nullish();

function parametersOf({ query, operationName, variables }: ExplainArguments): GraphqlParameters {
  const given = Variables.safeParse(variables);
  if (!given.success) throw new RocketError('BAD_USER_INPUT', '`variables` must be a JSON object');
  return {
    query,
    ...(operationName ? { operationName } : {}),
    ...(given.data ? { variables: given.data } : {}),
  };
}

function explanationView(
  { notKept, keptMs, rules, apps, found, body }: Explanation,
  open: OpenCache | null,
  parts: AdminParts,
) {
  return {
    kept: notKept === null,
    keptSeconds: keptMs === null ? null : keptMs / MS_PER_SECOND,
    notKept: notKept === null ? null : { reason: notKept, text: SENTENCES[notKept] },
    errors: body === null ? [] : errorsOf(body),
    rules,
    apps:
      open === null
        ? []
        : apps.map(({ app, isAdmin, access, tags }) => ({
            app: cachedAppView(app, open.freshness, parts),
            ...{ isAdmin, access, tags },
          })),
    inMemory: found && { state: found.fault ?? 'current', ageSeconds: found.ageMs / MS_PER_SECOND },
  };
}

const MS_PER_SECOND = 1_000;

const Errors = z.object({ errors: z.array(z.object({ message: z.string() })).default([]) });

function errorsOf(body: string): readonly string[] {
  return Errors.parse(JSON.parse(body)).errors.map(({ message }) => message);
}

const SENTENCES: Readonly<Record<BypassReason, string>> = {
  errors: 'Answers with errors are not kept',
  introspection: 'It asks about the schema',
  mutation: 'It is a mutation',
  'no-cache': 'The caller wants an answer that is read for them',
  'no-store': 'The documents say that nobody keeps it',
  'not-told': 'A shard could not say what the answer depends on',
  off: 'The gateway keeps no answers: ROCKET_CACHE is 0',
  'reads-nothing': 'No app was asked',
  time: 'The answer can change although nothing is written, as it depends on the time',
  'too-large': 'The answer is larger than ROCKET_CACHE_MAX_ENTRY_BYTES',
  unsure: 'Changes may have been made that this gateway does not know of',
};
