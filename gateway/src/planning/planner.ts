import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeDeadline } from '@rocket/platform';
import { buildTrustedSchema, RocketError } from '@rocket/schema';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { PlanOutcome, SupergraphSummary, ThreadGraph } from './plan-task.ts';
import { PlannerLost } from './planner-lost.ts';
import { PlannerThread, type PlannerThreadOptions } from './planner-thread.ts';
import type { QueryPlan } from './query-plan.ts';

/** Most bytes in memory of the plans kept per graph; limited because strangers decide which operations are planned. */
const PLAN_STORE_BYTES = 8 * 1024 * 1024;
/** Estimated bytes of a parsed plan, with the parsed documents of its fetches, per character of its text. */
const BYTES_PER_PLAN_CHAR = 30;
/** Most operations remembered per graph that ended a thread and are not tried again. */
const KEPT_REFUSALS = 100;
/** Two, so that one can plan while the other loads a large graph. */
const THREADS = 2;

/** An operation to be planned. */
export interface PlanRequest {
  /** Equal for equal sources. */
  readonly hash: string;
  readonly source: string;
  readonly operationName: string | undefined;
  readonly deadlineAtMs: number;
}

/** A supergraph that is ready to be planned for. */
export interface PlannedGraph extends Pick<SupergraphSummary, 'subgraphs' | 'subtypes'> {
  /** What callers see. */
  readonly apiSchema: GraphQLSchema;
  /** Equal operations are planned once. @throws RocketError when there is no plan, or none before the deadline */
  plan(request: PlanRequest): Promise<QueryPlan>;
  /** Ends planning for this graph. Idempotent. */
  drop(): void;
}

export interface Planner {
  /** Loads a supergraph in a thread. @throws RocketError `INTERNAL_ERROR` for invalid SDL */
  load(supergraphSdl: string): Promise<PlannedGraph>;
  /** Ends the threads and rejects their tasks. */
  close(): Promise<void>;
}

export interface PlannerOptions extends PlannerThreadOptions {
  readonly threads?: number;
}

export function createPlanner({ threads: length = THREADS, ...options }: PlannerOptions = {}): Planner {
  const threads = Array.from({ length }, () => ({
    thread: new PlannerThread(options),
    /** Characters of the supergraphs that this thread plans for. */
    chars: 0,
  }));
  let nextId = 1;
  return {
    async load(supergraphSdl) {
      const place = threads.reduce((least, other) => (other.chars < least.chars ? other : least));
      const graph = { id: nextId++, supergraphSdl };
      place.chars += supergraphSdl.length;
      let isDropped = false;
      const drop = () => {
        if (isDropped) return;
        isDropped = true;
        place.chars -= supergraphSdl.length;
        place.thread.drop(graph);
      };
      try {
        const summary = await summarize(place.thread, graph);
        const apiSchema = await buildTrustedSchema(summary.apiSdl, nextTurn);
        const plans = new GraphPlans(place.thread, graph);
        const { subgraphs, subtypes } = summary;
        return { ...{ apiSchema, subgraphs, subtypes, drop }, plan: (request) => plans.get(request) };
      } catch (error) {
        drop();
        throw error;
      }
    },
    async close() {
      await Promise.all(threads.map(({ thread }) => thread.close()));
    },
  };
}

async function summarize(thread: PlannerThread, graph: ThreadGraph): Promise<SupergraphSummary> {
  try {
    const outcome = await surviving(() => thread.load(graph));
    if (outcome.kind !== 'loaded') throw planningError(outcome);
    return outcome.graph;
  } catch (cause) {
    if (cause instanceof PlannerLost) throw new RocketError('INTERNAL_ERROR', undefined, { cause });
    throw cause;
  }
}

/** The plans of one graph: a cache limited by size, in which concurrent requests share one plan. */
class GraphPlans {
  readonly #thread: PlannerThread;
  readonly #graph: ThreadGraph;
  readonly #kept = new LRUCache<string, { readonly plan: QueryPlan; readonly chars: number }>({
    maxSize: PLAN_STORE_BYTES,
    sizeCalculation: ({ chars }) => Math.max(1, chars * BYTES_PER_PLAN_CHAR),
  });
  readonly #underWay = new Map<string, Promise<QueryPlan>>();
  readonly #refused = new LRUCache<string, RocketError>({ max: KEPT_REFUSALS });

  constructor(thread: PlannerThread, graph: ThreadGraph) {
    this.#thread = thread;
    this.#graph = graph;
  }

  async get(request: PlanRequest): Promise<QueryPlan> {
    const key = `${request.hash} ${request.operationName ?? ''}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.plan;
    const refused = this.#refused.get(key);
    if (refused !== undefined) throw refused;
    let making = this.#underWay.get(key);
    if (making === undefined) {
      making = this.#make(key, request).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, making);
    }
    return await beforeDeadline(request.deadlineAtMs, making);
  }

  async #make(key: string, { source, operationName }: PlanRequest): Promise<QueryPlan> {
    try {
      const outcome = await surviving(() => this.#thread.plan(this.#graph, source, operationName));
      if (outcome.kind !== 'planned') throw planningError(outcome);
      const plan = JSON.parse(outcome.plan) as QueryPlan;
      this.#kept.set(key, { plan, chars: outcome.plan.length });
      return plan;
    } catch (cause) {
      if (!(cause instanceof PlannerLost)) throw cause;
      const error = cause.isStuck
        ? new RocketError('DEADLINE_EXCEEDED', 'The operation could not be planned in time', { cause })
        : new RocketError('INTERNAL_ERROR', undefined, { cause });
      // Planning it again would end the thread again and delay the plans of others.
      if (cause.during === 'plan') this.#refused.set(key, error);
      throw error;
    }
  }
}

/** Tries once more when the thread has ended by a fault, because another graph may have caused it. */
async function surviving(ask: () => Promise<PlanOutcome>): Promise<PlanOutcome> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PlannerLost) || error.isStuck) throw error;
    return await ask();
  }
}

function planningError(outcome: PlanOutcome): RocketError {
  switch (outcome.kind) {
    case 'refused':
      return new RocketError('GRAPHQL_VALIDATION_FAILED', 'The operation has too many fields to be planned');
    case 'failed':
      return new RocketError('INTERNAL_ERROR', undefined, { cause: new Error(outcome.message) });
    case 'loaded':
    case 'planned':
      return new RocketError('INTERNAL_ERROR', `The planning thread answers "${outcome.kind}" unasked`);
    default:
      return outcome satisfies never;
  }
}
