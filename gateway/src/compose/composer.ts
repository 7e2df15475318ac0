import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { makeOnce } from '@rocket/platform';
import type { AppDocument, AppName, DocumentFault } from '@rocket/schema';
import { type Composition, RocketError } from '@rocket/schema';
import {
  type ComposeOutcome,
  type ComposeResults,
  type ComposeTask,
  type ComposeWork,
  fromJson,
  toJson,
} from './compose-task.ts';
import type { CrossAppQuestion } from './cross-app-checks.ts';
import type { ReadOutcome } from './read-document.ts';

/** An idle worker is ended: the composition library holds tens of MB that a running gateway does not need. */
const IDLE_MS = 10_000;
/** Several times as long as the largest graph in a test took; a composition that takes longer counts as stuck. */
const STALL_MS = 120_000;
const MAX_HEAP_MB = 1_024;
/**
 * Number of compositions that are kept: an import composes its graphs to check them, and they are served a moment
 * later.
 */
const KEPT_COMPOSITIONS = 20;

export interface ComposedMember {
  readonly app: AppName;
  readonly document: AppDocument;
  readonly contentHash: string;
}

/** Work that takes seconds of CPU for large documents. It runs in a worker thread, one task at a time. */
export interface Composer {
  /** Equal contents are composed once. */
  compose(home: AppName | null, members: readonly ComposedMember[]): Promise<Composition>;
  /** Checks the document whose JSON is `text`, and returns what an import needs of it. */
  readDocument(app: AppName, text: string): Promise<ReadOutcome>;
  crossAppFaults(question: CrossAppQuestion): Promise<readonly DocumentFault[]>;
  /** Ends the worker; compositions in progress are rejected. */
  close(): Promise<void>;
}

export interface ComposerOptions {
  /** The program of the thread; given by tests. */
  readonly worker?: URL;
  readonly stallMs?: number;
  /** How long the thread is kept without work. */
  readonly idleMs?: number;
}

export function createComposer(options: ComposerOptions = {}): Composer {
  const thread = new ComposeThread(options);
  const compose = makeOnce({
    max: KEPT_COMPOSITIONS,
    key: contentKey,
    make: ({ home, members }): Promise<Composition> =>
      thread.run({
        kind: 'compose',
        home,
        members: members.map(({ app, document }) => ({ app, document })),
      }),
  });
  return {
    compose: (home, members) => compose({ home, members }),
    readDocument: async (app, text) => fromJson(await thread.run({ kind: 'read', app, text })),
    crossAppFaults: (question) => thread.run({ kind: 'relate', question: toJson(question) }),
    close: () => thread.close(),
  };
}

interface ToCompose {
  readonly home: AppName | null;
  readonly members: readonly ComposedMember[];
}

function contentKey({ home, members }: ToCompose): string {
  const text = JSON.stringify([home, members.map(({ app, contentHash }) => [app, contentHash])]);
  return createHash('sha256').update(text).digest('hex');
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One worker, started when there is work and ended when there has been none for a while. */
class ComposeThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #idleTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  readonly #options: Required<ComposerOptions>;
  #nextId = 1;
  #closed = false;

  constructor(options: ComposerOptions) {
    const worker = new URL('./compose-worker.ts', import.meta.url);
    this.#options = { worker, stallMs: STALL_MS, idleMs: IDLE_MS, ...options };
  }

  run<K extends keyof ComposeResults>(work: ComposeWork & { kind: K }): Promise<ComposeResults[K]> {
    if (this.#closed) return Promise.reject(new RocketError('NOT_READY'));
    clearTimeout(this.#idleTimer);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<ComposeResults[K]>();
    // Types do not cross the thread; its program answers each kind of work with its kind of result.
    this.#waiting.set(id, { resolve: (result) => resolve(result as ComposeResults[K]), reject });
    this.#worker ??= this.#start();
    if (this.#waiting.size === 1) this.#watchStall();
    this.#worker.postMessage({ id, ...work } satisfies ComposeTask);
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#stallTimer);
    const worker = this.#worker;
    this.#worker = null;
    this.#rejectAll(new RocketError('NOT_READY'));
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#options.worker, {
      // The flags of the parent may not be meant for, or accepted by, a worker.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.on('message', (outcome: ComposeOutcome) => this.#settle(outcome));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', (code) =>
      this.#lost(worker, new Error(`the composing worker ended with code ${code}`)),
    );
    return worker;
  }

  #settle(outcome: ComposeOutcome): void {
    const waiting = this.#waiting.get(outcome.id);
    this.#waiting.delete(outcome.id);
    if (outcome.kind === 'done') waiting?.resolve(outcome.result);
    else waiting?.reject(new RocketError('INTERNAL_ERROR', undefined, { cause: new Error(outcome.message) }));
    this.#watchStall();
    if (this.#waiting.size === 0) this.#endWhenIdle();
  }

  /** The worker takes one task after another, so each gets its time from the end of the one before it. */
  #watchStall(): void {
    clearTimeout(this.#stallTimer);
    if (this.#waiting.size === 0) return;
    this.#stallTimer = setTimeout(() => {
      const worker = this.#worker;
      if (worker === null) return;
      this.#lost(
        worker,
        new Error(`the composing worker has not answered within ${this.#options.stallMs} ms`),
      );
      // The worker is stuck, so nothing waits for its end.
      void worker.terminate();
    }, this.#options.stallMs);
    this.#stallTimer.unref();
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = null;
      // Nothing depends on how the worker ends.
      void worker?.terminate();
    }, this.#options.idleMs);
    this.#idleTimer.unref();
  }

  /** A worker that was ended on purpose is no longer `#worker`, and its end rejects nothing. */
  #lost(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    clearTimeout(this.#stallTimer);
    this.#rejectAll(new RocketError('INTERNAL_ERROR', undefined, { cause }));
  }

  #rejectAll(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
