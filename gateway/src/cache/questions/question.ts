import { LRUCache } from 'lru-cache';
import type { ReadRule } from '../../access/read-rule.ts';
import type { BypassReason } from '../cache-outcome.ts';

/** An operation with its variables, in one graph: what is known of its answers. */
export interface Question {
  /** Names it in all gateways. */
  readonly key: string;
  /** Null until an answer was read. It grows: an answer that has more records may have asked more apps. */
  rule: ReadRule | null;
  /** Why its answers are never kept; null when they are. */
  never: BypassReason | null;
}

/** Each takes some 500 bytes, whatever callers send. */
const MAX_QUESTIONS = 100_000;

/** The questions that a gateway was asked lately, in all its graphs. */
export class QuestionIndex {
  /** By the request as it came. */
  readonly #byRequest = new LRUCache<string, Question>({ max: MAX_QUESTIONS });
  readonly #byKey = new LRUCache<string, Question>({ max: MAX_QUESTIONS });

  #graphs = 0;

  /** A number for a graph that asks here. What is known of a question belongs to the graph that has learned it. */
  graph(): number {
    this.#graphs += 1;
    return this.#graphs;
  }

  find(graph: number, request: string): Question | undefined {
    return this.#byRequest.get(`${graph} ${request}`);
  }

  /** What is known of the question of that key, which nobody asks by that. */
  peek(graph: number, key: string): Question {
    return this.#byKey.peek(`${graph} ${key}`) ?? { key, rule: null, never: null };
  }

  /** The question of that key, which is also found by the request from now on. */
  add(graph: number, { request, key }: { readonly request: string; readonly key: string }): Question {
    const own = `${graph} ${key}`;
    const question = this.#byKey.get(own) ?? { key, rule: null, never: null };
    this.#byKey.set(own, question);
    this.#byRequest.set(`${graph} ${request}`, question);
    return question;
  }
}
