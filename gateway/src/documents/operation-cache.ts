import { LRUCache } from 'lru-cache';

/** Most characters of source text that one cache keeps; each graph has a few caches, and what comes over streams has one. */
const MAX_SOURCE_CHARS = 256 * 1024;

/**
 * A cache for the operations of callers. Its key is the exact text of the caller's document and the given
 * `operationName`. Set a value only if the document has an operation of that name: otherwise callers could make the
 * cache grow without bound.
 */
export class OperationCache<T> {
  /** Values by document, then by operation name. */
  readonly #byText = new LRUCache<string, Map<string | undefined, T>>({
    maxSize: MAX_SOURCE_CHARS,
    sizeCalculation: (_operations, text) => Math.max(1, text.length),
  });

  get(source: string, operationName: string | undefined): T | undefined {
    return this.#byText.get(source)?.get(operationName);
  }

  set(source: string, operationName: string | undefined, value: T): void {
    const named = this.#byText.get(source);
    if (named === undefined) this.#byText.set(source, new Map([[operationName, value]]));
    else named.set(operationName, value);
  }
}
