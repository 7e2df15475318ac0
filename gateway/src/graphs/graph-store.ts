import { beforeDeadline, type CatalogSnapshot, type CatalogView } from '@rocket/platform';
import { type GraphRevisionId, RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { GraphBroken } from './graph-broken.ts';
import { type GraphKey, graphKeyText, shapeOf } from './graph-key.ts';
import { type GraphParts, loadGraph, revisionIdOf } from './load-graph.ts';
import type { ServedGraph } from './served-graph.ts';

/** Most graphs that are kept loaded; a graph of a few apps uses about 5 to 20 MB. */
const DEFAULT_MAX_GRAPHS = 50;
/** Pause after a replacement that failed for another reason than its apps, such as a catalog that did not answer. */
const RELOAD_PAUSE_MS = 1_000;

/** A revision that is known to fail to load, with the reason. */
interface Broken {
  readonly revision: GraphRevisionId;
  readonly error: GraphBroken;
}

interface Entry {
  readonly key: GraphKey;
  readonly graph: ServedGraph;
}

/** The graphs in use: loaded at first use, replaced in the background when the catalog changes, least used dropped. */
export class GraphStore {
  readonly #parts: GraphParts;
  readonly #view: CatalogView;
  readonly #entries: LRUCache<string, Entry>;
  readonly #loading = new Map<string, Promise<ServedGraph>>();
  readonly #reloading = new Map<string, Promise<void>>();
  readonly #retiring = new Set<Promise<void>>();
  /** At most one per graph of the catalog. Composing a broken graph again and again would make others wait. */
  readonly #broken = new Map<string, Broken>();
  readonly #replacedListeners = new Set<(key: GraphKey) => void>();
  #retryTimer: NodeJS.Timeout | undefined;
  readonly #stopFollowing: () => void;
  #closed = false;

  constructor(view: CatalogView, parts: GraphParts, maxGraphs: number = DEFAULT_MAX_GRAPHS) {
    this.#view = view;
    this.#parts = parts;
    this.#entries = new LRUCache({ max: maxGraphs, dispose: ({ graph }) => this.#retire(graph) });
    this.#stopFollowing = view.onChange((snapshot) => this.#follow(snapshot));
  }

  /**
   * Passes the graph that currently serves `key` to `use`; while a newer one is being made, that is the old one. `use`
   * is called in the same tick the graph is looked up in, so the graph cannot be retired in between. Nobody waits for a
   * load past `deadlineAtMs`; the load goes on for those who come later.
   * @throws RocketError `APP_NOT_FOUND`, `GRAPH_NOT_FOUND`, `DEADLINE_EXCEEDED`; GraphBroken
   */
  async use<T>(key: GraphKey, deadlineAtMs: number, use: (graph: ServedGraph) => Promise<T>): Promise<T> {
    const text = graphKeyText(key);
    for (;;) {
      if (this.#closed) throw new RocketError('NOT_READY');
      const entry = this.#entries.get(text);
      if (entry !== undefined) return await use(entry.graph);
      await beforeDeadline(deadlineAtMs, this.#load(key, text));
    }
  }

  /** Calls `listener` when a key is served by another graph than before, or by none; returns what ends that. */
  onReplaced(listener: (key: GraphKey) => void): () => void {
    this.#replacedListeners.add(listener);
    return () => this.#replacedListeners.delete(listener);
  }

  /** Resolves when every loaded graph is as the current snapshot says, or has failed to become so. */
  async settled(): Promise<void> {
    // A graph that is still being loaded may be based on an older snapshot.
    while (this.#loading.size + this.#reloading.size > 0) {
      await Promise.allSettled([...this.#loading.values(), ...this.#reloading.values()]);
    }
  }

  /** Retires all graphs and waits until their requests are done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopFollowing();
    clearTimeout(this.#retryTimer);
    await Promise.allSettled([...this.#loading.values(), ...this.#reloading.values()]);
    this.#entries.clear();
    await Promise.all(this.#retiring);
  }

  #load(key: GraphKey, text: string): Promise<ServedGraph> {
    const known = this.#loading.get(text);
    if (known !== undefined) return known;
    const loading = this.#loadNow(key, text).finally(() => this.#loading.delete(text));
    this.#loading.set(text, loading);
    return loading;
  }

  async #loadNow(key: GraphKey, text: string): Promise<ServedGraph> {
    const graph = await this.#make(key, text);
    this.#entries.set(text, { key, graph });
    // The catalog may have changed while it was loading.
    this.#follow(this.#view.current);
    return graph;
  }

  /** @throws GraphBroken at once for a revision that was broken before */
  async #make(key: GraphKey, text: string): Promise<ServedGraph> {
    const shape = shapeOf(key, this.#view.current);
    const revision = revisionIdOf(shape);
    const known = this.#broken.get(text);
    if (known?.revision === revision) throw known.error;
    try {
      const graph = await loadGraph(shape, this.#parts);
      this.#broken.delete(text);
      return graph;
    } catch (error) {
      if (error instanceof GraphBroken) {
        this.#broken.set(text, { revision, error });
        this.#parts.logger.error({ err: error, graph: text }, 'the apps of a graph do not fit together');
      }
      throw error;
    }
  }

  #follow(snapshot: CatalogSnapshot): void {
    if (this.#closed) return;
    for (const [text, { key, graph }] of [...this.#entries]) {
      try {
        if (revisionIdOf(shapeOf(key, snapshot)) !== graph.revision.id) this.#reload(key, text);
      } catch (error) {
        // The graph's app or definition was removed.
        this.#parts.logger.info({ graph: text, reason: String(error) }, 'graph dropped');
        this.#entries.delete(text);
        this.#broken.delete(text);
        this.#tellReplaced(key);
      }
    }
  }

  #reload(key: GraphKey, text: string): void {
    if (this.#reloading.has(text)) return;
    const reloading = this.#replace(key, text)
      .catch((error: unknown) => {
        this.#parts.logger.error(
          { err: error, graph: text },
          'graph not replaced; the old revision keeps serving',
        );
        // A broken graph waits for the next change; any other failure may be over soon.
        if (!(error instanceof GraphBroken)) this.#retrySoon();
      })
      .finally(() => this.#reloading.delete(text));
    this.#reloading.set(text, reloading);
  }

  async #replace(key: GraphKey, text: string): Promise<void> {
    // Repeats until the made graph is the current one: the catalog may change meanwhile.
    for (;;) {
      const graph = await this.#make(key, text);
      if (!this.#entries.has(text)) return await graph.retire();
      this.#entries.set(text, { key, graph });
      this.#parts.logger.info({ graph: text, revision: graph.revision.id }, 'graph replaced');
      this.#tellReplaced(key);
      if (revisionIdOf(shapeOf(key, this.#view.current)) === graph.revision.id) return;
    }
  }

  #tellReplaced(key: GraphKey): void {
    for (const listener of this.#replacedListeners) listener(key);
  }

  #retrySoon(): void {
    clearTimeout(this.#retryTimer);
    if (this.#closed) return;
    this.#retryTimer = setTimeout(() => this.#follow(this.#view.current), RELOAD_PAUSE_MS);
    this.#retryTimer.unref();
  }

  #retire(graph: ServedGraph): void {
    const retiring = graph.retire().finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }
}
