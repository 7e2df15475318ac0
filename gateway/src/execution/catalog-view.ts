import { type Catalog, type CatalogSnapshot, type Logger, within } from '@rocket/platform';

/** The gateway's current reading of the catalog: followed by notification, refreshed on demand when a shard objects. */
export class CatalogView {
  readonly #catalog: Catalog;
  readonly #logger: Logger;
  readonly #listeners = new Set<(snapshot: CatalogSnapshot) => void>();
  #snapshot: CatalogSnapshot;
  #refreshing: Promise<CatalogSnapshot> | null = null;
  #next: Promise<CatalogSnapshot> | null = null;
  #stopWatching: () => Promise<void> = async () => undefined;

  private constructor(catalog: Catalog, logger: Logger, snapshot: CatalogSnapshot) {
    this.#catalog = catalog;
    this.#logger = logger;
    this.#snapshot = snapshot;
  }

  /** Reads the catalog once and follows it from then on. */
  static async open(catalog: Catalog, logger: Logger): Promise<CatalogView> {
    const view = new CatalogView(catalog, logger, await catalog.snapshot());
    view.#stopWatching = catalog.watch(
      (snapshot) => view.#accept(snapshot),
      (error) => logger.warn({ err: error }, 'the catalog cannot be followed at the moment'),
    );
    return view;
  }

  get current(): CatalogSnapshot {
    return this.#snapshot;
  }

  /**
   * Reads the catalog as it is now. A reading that has begun may have missed what the caller knows of, so those who come
   * meanwhile share the one after it.
   */
  refresh(): Promise<CatalogSnapshot> {
    if (this.#refreshing === null) return this.#read();
    this.#next ??= Promise.allSettled([this.#refreshing]).then(() => {
      this.#next = null;
      return this.#read();
    });
    return this.#next;
  }

  #read(): Promise<CatalogSnapshot> {
    const reading = this.#catalog
      .snapshot()
      .then((snapshot) => this.#accept(snapshot))
      .finally(() => {
        if (this.#refreshing === reading) this.#refreshing = null;
      });
    this.#refreshing = reading;
    return reading;
  }

  /** Calls `listener` with every newer snapshot. Returns the function that ends it. */
  onChange(listener: (snapshot: CatalogSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the next change, or after `timeoutMs`. */
  async nextChange(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.onChange(() => resolve());
    await within(timeoutMs, promise, () => undefined);
    stop();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#stopWatching();
  }

  /** Readings can overtake each other; an older one never replaces a newer one. */
  #accept(snapshot: CatalogSnapshot): CatalogSnapshot {
    if (snapshot.version <= this.#snapshot.version) return this.#snapshot;
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) {
      try {
        listener(snapshot);
      } catch (error) {
        this.#logger.error({ err: error }, 'a listener to catalog changes failed');
      }
    }
    return snapshot;
  }
}
