import { Worker } from 'node:worker_threads';
import { RocketError } from '@rocket/schema';
import { LoadedGraphs } from './loaded-graphs.ts';
import { PlanQueue, type WaitingTask } from './plan-queue.ts';
import type { DropGraph, PlanOutcome, PlanTask, ThreadGraph } from './plan-task.ts';
import { NotBegun, PlannerLost } from './planner-lost.ts';

/** A thread without graphs is ended: the planning library holds tens of MB. */
const IDLE_MS = 10_000;
/** A graph of 1,000 entities loads in about 20 s; a load that takes longer counts as stuck. */
const LOAD_STALL_MS = 120_000;
/** Several times as long as a plan within the planner's limits takes; meanwhile the thread makes no other plan. */
const PLAN_STALL_MS = 10_000;
const MAX_HEAP_MB = 2_048;

export interface PlannerThreadOptions {
  /** The program of the thread; given by tests. */
  readonly worker?: URL;
  readonly planStallMs?: number;
  /** How long a thread is kept without graphs. */
  readonly idleMs?: number;
}

/**
 * One worker, started when there is work. It has one task at a time, so that a stuck task is known, and so that plans
 * come before graphs that wait to be loaded.
 */
export class PlannerThread {
  readonly #queue = new PlanQueue();
  readonly #loading = new Map<number, Promise<PlanOutcome>>();
  /** Graphs of the current worker; a new one has none and gets each graph when it is first needed. */
  readonly #loaded = new LoadedGraphs();
  /** Graphs that are no longer needed, though they may still be loading. */
  readonly #dropped = new WeakSet<ThreadGraph>();
  #worker: Worker | null = null;
  #current: WaitingTask | null = null;
  #stallTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #options: Required<PlannerThreadOptions>;

  constructor(options: PlannerThreadOptions) {
    const worker = new URL('./plan-worker.ts', import.meta.url);
    this.#options = { worker, planStallMs: PLAN_STALL_MS, idleMs: IDLE_MS, ...options };
  }

  /** @throws PlannerLost */
  load(graph: ThreadGraph): Promise<PlanOutcome> {
    const { id, supergraphSdl } = graph;
    // Otherwise a late plan would load the graph and never drop it.
    if (this.#dropped.has(graph)) return Promise.reject(new RocketError('NOT_READY'));
    const known = this.#loading.get(id);
    if (known !== undefined) return known;
    const loading = this.#run({ kind: 'load', graph: id, supergraphSdl }).finally(() => {
      this.#loading.delete(id);
      if (this.#dropped.has(graph)) this.drop(graph);
    });
    this.#loading.set(id, loading);
    return loading;
  }

  /** Loads the graph first if the worker does not have it. @throws PlannerLost */
  async plan(graph: ThreadGraph, source: string, operationName: string | undefined): Promise<PlanOutcome> {
    for (;;) {
      if (!this.#loaded.has(graph.id)) {
        const outcome = await this.load(graph);
        if (outcome.kind === 'failed') return outcome;
      }
      try {
        return await this.#run({ kind: 'plan', graph: graph.id, source, operationName });
      } catch (error) {
        if (!(error instanceof NotBegun)) throw error;
      }
    }
  }

  drop(graph: ThreadGraph): void {
    this.#dropped.add(graph);
    this.#unload(graph.id);
    this.#endWhenIdle();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#forget();
    const error = new RocketError('NOT_READY');
    this.#take()?.reject(error);
    this.#queue.rejectAll(error);
    await worker?.terminate();
  }

  #run(task: PlanTask): Promise<PlanOutcome> {
    if (this.#closed) return Promise.reject(new RocketError('NOT_READY'));
    const outcome = this.#queue.add(task);
    this.#next();
    return outcome;
  }

  #next(): void {
    if (this.#current !== null || this.#closed) return;
    const next = this.#queue.next();
    if (next === undefined) {
      this.#endWhenIdle();
    } else if (next.task.kind === 'plan' && !this.#loaded.has(next.task.graph)) {
      // Since the plan was requested, its worker has ended, or the graph was dropped for another.
      next.reject(new NotBegun());
      this.#next();
    } else {
      this.#begin(next);
    }
  }

  #begin(next: WaitingTask): void {
    clearTimeout(this.#idleTimer);
    const { task } = next;
    this.#current = next;
    const worker = this.#worker ?? this.#start();
    this.#worker = worker;
    if (task.kind === 'plan') this.#loaded.use(task.graph);
    else for (const graph of this.#loaded.inTheWayOf(task.supergraphSdl.length)) this.#unload(graph);
    this.#watch(worker, task.kind);
    worker.postMessage(task);
  }

  #unload(graph: number): void {
    if (!this.#loaded.delete(graph)) return;
    this.#worker?.postMessage({ kind: 'drop', graph } satisfies DropGraph);
  }

  #start(): Worker {
    const worker = new Worker(this.#options.worker, {
      // The flags of the parent may not be meant for, or accepted by, a worker.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.on('message', (outcome: PlanOutcome) => this.#settle(worker, outcome));
    worker.on('error', (cause) => this.#lost(worker, 'the planning thread failed', { cause }));
    worker.on('exit', (code) => this.#lost(worker, `the planning thread ended with code ${code}`));
    return worker;
  }

  #settle(worker: Worker, outcome: PlanOutcome): void {
    if (this.#worker !== worker) return;
    const done = this.#take();
    if (done === null) return;
    if (done.task.kind === 'load' && outcome.kind === 'loaded') {
      this.#loaded.add(done.task.graph, done.task.supergraphSdl.length);
    }
    done.resolve(outcome);
    // Those who waited for the graph are about to request plans, which come before the next graph.
    if (outcome.kind === 'loaded') setImmediate(() => this.#next());
    else this.#next();
  }

  #take(): WaitingTask | null {
    clearTimeout(this.#stallTimer);
    const current = this.#current;
    this.#current = null;
    return current;
  }

  #watch(worker: Worker, task: PlanTask['kind']): void {
    const stallMs = task === 'plan' ? this.#options.planStallMs : LOAD_STALL_MS;
    this.#stallTimer = setTimeout(() => {
      this.#lost(worker, `a ${task} has not ended within ${stallMs} ms`, { isStuck: true });
      // The worker is stuck, so nothing waits for its end.
      void worker.terminate();
    }, stallMs);
    this.#stallTimer.unref();
  }

  /** A worker that was ended on purpose is no longer `#worker`, and its end rejects nothing. */
  #lost(worker: Worker, message: string, how: { cause?: unknown; isStuck?: boolean } = {}): void {
    if (this.#worker !== worker) return;
    this.#forget();
    const lost = this.#take();
    lost?.reject(new PlannerLost(message, { isStuck: false, ...how, during: lost.task.kind }));
    this.#next();
  }

  #forget(): void {
    this.#worker = null;
    this.#loaded.clear();
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    if (this.#worker === null || this.#current !== null || this.#loaded.size > 0) return;
    this.#idleTimer = setTimeout(() => {
      const worker = this.#worker;
      this.#forget();
      // Nothing depends on how the worker ends.
      void worker?.terminate();
    }, this.#options.idleMs);
    this.#idleTimer.unref();
  }
}
