import { Worker } from 'node:worker_threads';
import { RocketError } from '@rocket/schema';
import { LoadedGraphs } from './loaded-graphs.ts';
import { PlanQueue, type WaitingTask } from './plan-queue.ts';
import type { DropGraph, PlanOutcome, PlanTask, ThreadGraph } from './plan-task.ts';
import { NotBegun, PlannerLost } from './planner-lost.ts';

/** A thread without graphs is ended: the planning library holds tens of MB. */
const IDLE_MS = 10_000;
/** A graph of 1,000 entities loads in about 20 s; what takes longer than this does not end. */
const LOAD_STALL_MS = 120_000;
/** Several times what a plan within the planner's bounds takes; in the meantime no other plan of the thread is made. */
const PLAN_STALL_MS = 10_000;
const MAX_HEAP_MB = 2_048;
export interface PlannerThreadOptions {
  /** The program of the thread; given by tests. */
  readonly worker?: URL;
  readonly planStallMs?: number;
}

/**
 * One worker, started when there is work. It has one task at a time, so that it is known which one does not end, and so
 * that plans go before graphs that are waiting to be loaded.
 */
export class PlannerThread {
  readonly #queue = new PlanQueue();
  readonly #loading = new Map<number, Promise<PlanOutcome>>();
  /** A new worker has none, and is given each when it is first asked for it. */
  readonly #loaded = new LoadedGraphs();
  /** No longer needed, though they may still be being loaded. */
  readonly #dropped = new WeakSet<ThreadGraph>();
  #worker: Worker | null = null;
  #current: WaitingTask | null = null;
  #stallTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #program: URL;
  readonly #planStallMs: number;

  constructor({ worker, planStallMs }: PlannerThreadOptions) {
    this.#program = worker ?? new URL('./plan-worker.ts', import.meta.url);
    this.#planStallMs = planStallMs ?? PLAN_STALL_MS;
  }

  /** @throws PlannerLost */
  load(graph: ThreadGraph): Promise<PlanOutcome> {
    const { id, supergraphSdl } = graph;
    // A plan that nobody waits for any more would load it for good.
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

  /** Loads the graph first where the worker does not have it. @throws PlannerLost */
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
      // Its worker has ended, or the graph has made room for another, since the plan was asked for.
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
    const worker = new Worker(this.#program, {
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
    // Whoever waited for the graph is about to ask for a plan, which goes before the next graph.
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
    const stallMs = task === 'plan' ? this.#planStallMs : LOAD_STALL_MS;
    this.#stallTimer = setTimeout(() => {
      this.#lost(worker, `a ${task} has not ended within ${stallMs} ms`, { isStuck: true });
      // It is stuck, and nobody waits for its end.
      void worker.terminate();
    }, stallMs);
    this.#stallTimer.unref();
  }

  /** A worker that was let go on purpose is no longer `#worker` and takes nobody with it. */
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
      // Nobody waits for it, so how it ends matters to nobody.
      void worker?.terminate();
    }, IDLE_MS);
    this.#idleTimer.unref();
  }
}
