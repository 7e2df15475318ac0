import { LRUCache } from 'lru-cache';

/** Source text of the operations that one cache keeps: one graph has two. */
const MAX_SOURCE_CHARS = 256 * 1024;

/**
 * What is known of the operations of one graph. An operation is named by the caller's document, word by word, and by the
 * `operationName` they gave with it. Whoever sets a value has seen that the document has an operation of that name: names
 * that callers think of would grow it without bound.
 */
export class OperationCache<T> {
  /** By document, then by name. */
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
