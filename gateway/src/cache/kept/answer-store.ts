/** Where answers are kept: in this process, and in the cache that gateways share. */
import type { Logger, SharedCache } from '@rocket/platform';
import { LRUCache } from 'lru-cache';
import { parseReadRule, type ReadRule } from '../../access/read-rule.ts';
import { decodeAnswer, encodeAnswer } from './answer-codec.ts';
import { type KeptAnswer, sizeOf } from './kept-answer.ts';

export interface AnswerStoreOptions {
  readonly maxBytes: number;
  readonly shared: SharedCache;
  readonly logger: Logger;
  readonly onEvicted: () => void;
}

/** Keys name question and access scope. The store knows nothing of whether an answer is still true. */
export class AnswerStore {
  readonly #memory: LRUCache<string, KeptAnswer>;
  readonly #shared: SharedCache;
  readonly #logger: Logger;

  constructor({ maxBytes, shared, logger, onEvicted }: AnswerStoreOptions) {
    this.#shared = shared;
    this.#logger = logger;
    this.#memory = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: sizeOf,
      dispose: (_answer, _key, reason) => {
        if (reason === 'evict') onEvicted();
      },
    });
  }

  get entries(): number {
    return this.#memory.size;
  }

  get bytes(): number {
    return this.#memory.calculatedSize;
  }

  /** Most that `bytes` can be. */
  get maxBytes(): number {
    return this.#memory.maxSize;
  }

  /** As `inMemory`, but does not count as a use. */
  peek(key: string): KeptAnswer | undefined {
    return this.#memory.peek(key);
  }

  inMemory(key: string): KeptAnswer | undefined {
    return this.#memory.get(key);
  }

  keep(key: string, answer: KeptAnswer): void {
    this.#memory.set(key, answer);
    const ttlMs = answer.expiresAtMs - Date.now();
    if (ttlMs > 0 && this.#shared.state().kind === 'up')
      this.#shared.set(answerKey(key), encodeAnswer(answer), ttlMs);
  }

  /** Keeps here what another process has kept. */
  adopt(key: string, answer: KeptAnswer): void {
    this.#memory.set(key, answer);
  }

  /** Null when there is none, or none that can be read. */
  async fromShared(key: string): Promise<KeptAnswer | null> {
    const bytes = await this.#shared.get(answerKey(key));
    return bytes === null ? null : decodeAnswer(bytes);
  }

  async ruleFromShared(question: string): Promise<ReadRule | null> {
    const bytes = await this.#shared.get(ruleKey(question));
    if (bytes === null) return null;
    try {
      return parseReadRule(bytes.toString('utf8'));
    } catch (error) {
      this.#logger.warn({ err: error }, 'what a question reads could not be read from the shared cache');
      return null;
    }
  }

  keepRule(question: string, rule: ReadRule, ttlMs: number): void {
    this.#shared.set(ruleKey(question), Buffer.from(rule.text), ttlMs);
  }

  /** Drops everything that is kept in this process. Returns how many answers that were. */
  clear(): number {
    const { size } = this.#memory;
    this.#memory.clear();
    return size;
  }

  /** Everything that all gateways have kept in the shared cache. Resolves with the number of keys. */
  clearShared(): Promise<number> {
    return this.#shared.clear(PREFIX);
  }
}

const PREFIX = 'answer:';

function answerKey(key: string): string {
  return `${PREFIX}${key}`;
}

function ruleKey(question: string): string {
  return `${PREFIX}rule:${question}`;
}
