/** Sends a query of the engine's own on the way of all queries, for one caller. */
import type { HttpAnswer } from '@rocket/platform';
import { isErrorCode, type Lsn, type Placed, RocketError } from '@rocket/schema';
import type { GraphQLError } from 'graphql';
import { type ReadRule, ruleOf } from '../../access/read-rule.ts';
import { readResult } from '../../apollo/read-result.ts';
import { FactCollector } from '../../execution/fact-collector.ts';
import type { GraphContext } from '../../graph-context.ts';
import type { GraphKey } from '../../graphs/graph-key.ts';
import type { GraphStore } from '../../graphs/graph-store.ts';
import type { ServedGraph } from '../../graphs/served-graph.ts';
import { type GraphqlRequest, postedRequest } from '../../http/graphql-request.ts';
import { callerFor, type Identity } from '../../identity/identity.ts';
import type { NodeQuery } from '../operation/node-queries.ts';

/** The graph has another revision than the query was made for. */
export class GraphReplaced extends Error {
  constructor() {
    super('The graph was replaced');
    this.name = 'GraphReplaced';
  }
}

/** For whom it is read. */
export interface ReadFor {
  readonly identity: Identity;
  readonly requestId: string;
}

/** A position that the read has to see, of the app's database at one epoch. */
export interface AtLeast extends Placed {
  readonly lsn: Lsn;
}

/** Where queries are asked. */
export interface AskedAt {
  readonly key: GraphKey;
  /** Of the graph that the queries were made for. */
  readonly revision: ServedGraph['revision']['id'];
  /** Of the caller's operation. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface AskingParts {
  readonly graphs: GraphStore;
  /** The stages at one graph that make an answer. */
  readonly ask: (graph: ServedGraph, request: GraphqlRequest, context: GraphContext) => Promise<HttpAnswer>;
  readonly requestTimeoutMs: number;
}

export interface GraphAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLError[];
  /** What was read; null where the shards did not tell. */
  readonly rule: ReadRule | null;
}

export interface GraphQuestion {
  readonly query: NodeQuery;
  /** Beside those of the caller's operation. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly of: ReadFor;
  readonly atLeast: AtLeast | null;
}

export type AskGraph = (question: GraphQuestion) => Promise<GraphAnswer>;

/** The function throws a RocketError where a root field has failed, and GraphReplaced. */
export function createAsking({ key, revision, variables }: AskedAt, parts: AskingParts): AskGraph {
  return async ({ query, variables: added, of, atLeast }) => {
    const own = Object.fromEntries(
      query.variables.flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]]] : [])),
    );
    const request = postedRequest(
      { query: query.query, variables: { ...own, ...added } },
      'application/json',
    );
    const deadlineAtMs = Date.now() + parts.requestTimeoutMs;
    const facts = new FactCollector({ isAsking: true });
    const context: GraphContext = {
      ...{ requestId: of.requestId, graph: revision, deadlineAtMs, forwardedHeaders: {}, facts },
      callerFor: (app) => callerFor(of.identity, app),
      ...(atLeast === null ? {} : seeing(atLeast)),
    };
    const answer = await parts.graphs.use(key, deadlineAtMs, (graph) =>
      graph.during(async () => {
        if (graph.revision.id !== revision) throw new GraphReplaced();
        return await parts.ask(graph, request, context);
      }),
    );
    return { ...readAnswer(answer), rule: facts.isTold ? ruleOf(facts) : null };
  };
}

function seeing(atLeast: AtLeast): Pick<GraphContext, 'atLeast' | 'leastEpoch'> {
  return {
    atLeast: (at: Placed) => lsnAt(at, atLeast),
    leastEpoch: (app) => (app === atLeast.app ? atLeast.epoch : undefined),
  };
}

/** A position of another epoch is of another database, which has all that was copied to it. */
function lsnAt({ app, epoch }: Placed, atLeast: AtLeast): Lsn | undefined {
  return app === atLeast.app && epoch === atLeast.epoch ? atLeast.lsn : undefined;
}

function readAnswer(answer: HttpAnswer): Omit<GraphAnswer, 'rule'> {
  const { data, errors = [] } = readResult(answer);
  // An error deeper down fails the whole where nothing between may be null.
  const failed = errors.find(
    ({ path: [root] = [], path }) => (path ?? []).length <= 1 || (data?.[String(root)] ?? null) === null,
  );
  if (failed !== undefined) throw asRocketError(failed);
  return { data: data ?? {}, errors };
}

function asRocketError({ message, extensions }: GraphQLError): RocketError {
  const { code, retryable: _, ...details } = extensions;
  return isErrorCode(code)
    ? new RocketError(code, message, { details })
    : new RocketError('INTERNAL_ERROR', undefined, { cause: message });
}
