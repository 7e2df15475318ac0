/**
 * Answers from the cache what is kept and still true, and keeps what was read. An answer is found by the request as it
 * came; who may share it follows from the policies of the entities it was read from; whether it is true, from the stream.
 */
import { type HttpAnswer, type Logger, within } from '@rocket/platform';
import { FactCollector } from '../execution/fact-collector.ts';
import type { GraphqlRequest } from '../http/graphql-request.ts';
import { type AnswerFinder, createAnswerFinder, type Lookup, type NoAnswer } from './answer-finder.ts';
import type { Asked, ReadAnswer } from './asked.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import type { BypassReason, CacheOutcome, HitLayer } from './cache-outcome.ts';
import { keptHttp, readHttp } from './cached-http.ts';
import { Flights } from './flights.ts';
import type { Freshness } from './freshness/freshness.ts';
import type { AnswerKeeper } from './kept/answer-keeper.ts';
import type { AnswerStore } from './kept/answer-store.ts';
import type { KeptAnswer } from './kept/kept-answer.ts';
import { type GraphQuestions, keyOf } from './questions/graph-questions.ts';
import { operationKind } from './questions/operation-kind.ts';
import type { Question } from './questions/question.ts';

/** How often a caller waits for an answer that is read for another one, before they read it themselves. */
const MAX_JOINS = 2;

export interface ResponseCacheParts {
  readonly store: AnswerStore;
  readonly keeper: AnswerKeeper;
  readonly freshness: Freshness;
  readonly metrics: CacheMetrics;
  readonly logger: Logger;
}

/** A request that has to be read, and why. */
interface Reading {
  readonly asked: Asked;
  readonly request: GraphqlRequest;
  readonly question: Question;
  readonly outcome: CacheOutcome;
}

/** The first of those who ask at the same time. */
interface Leading extends Reading {
  /** Names what is read. */
  readonly key: string;
  /** Null while it is not known who may share the answer. */
  readonly lookup: Lookup | null;
}

export class ResponseCache {
  readonly #parts: ResponseCacheParts;
  readonly #finder: AnswerFinder;
  readonly #flights = new Flights();

  constructor(parts: ResponseCacheParts) {
    this.#parts = parts;
    this.#finder = createAnswerFinder(parts.store, parts.freshness);
  }

  /** @throws what `read` throws */
  async serve(asked: Asked, read: ReadAnswer): Promise<HttpAnswer> {
    const { questions } = asked.graph;
    if (questions === null) return await this.#pass(asked, read, 'off');
    const known = questions.known(asked.hash);
    if (known !== undefined && !asked.head.wantsFresh) {
      const found = this.#findKnown(asked, known, questions);
      if (found !== null) return found;
    }
    return await this.#serveUnknown(asked, questions, read);
  }

  #findKnown(asked: Asked, question: Question, questions: GraphQuestions): HttpAnswer | null {
    if (question.rule === null || question.never !== null) return null;
    const access = questions.scopes.access(question.rule, asked.identity);
    const lookup = { asked, question, access, key: keyOf(question, access) };
    const found = this.#inMemory(lookup);
    return typeof found === 'string' ? null : found;
  }

  #inMemory(lookup: Lookup): HttpAnswer | NoAnswer {
    const found = this.#finder.inMemory(lookup);
    return typeof found === 'string' ? found : this.#hit(lookup, found, 'memory');
  }

  async #serveUnknown(asked: Asked, questions: GraphQuestions, read: ReadAnswer): Promise<HttpAnswer> {
    const request = await asked.request();
    const { given } = request;
    if (given === null) return await this.#pass(asked, read, 'errors', request);
    const kind = operationKind(asked.graph, given);
    if (kind !== 'query') return await this.#pass(asked, read, kind, request);
    const question = questions.question(asked.hash, given, asked.head.accept);
    if (question.rule === null && question.never === null) await this.#askShared(question, questions);
    return await this.#serveQuestion({ asked, request, question, questions }, read);
  }

  async #serveQuestion(
    of: Omit<Reading, 'outcome'> & { readonly questions: GraphQuestions },
    read: ReadAnswer,
  ): Promise<HttpAnswer> {
    const { asked, question, questions, request } = of;
    for (let joins = 0; ; joins += 1) {
      if (question.never !== null) return await this.#pass(asked, read, question.never, request);
      if (asked.head.wantsFresh)
        return await this.#fill({ ...of, outcome: { kind: 'bypass', detail: 'no-cache' } }, read);
      const { rule } = question;
      const access = rule === null ? null : questions.scopes.access(rule, asked.identity);
      const key = access === null ? question.key : keyOf(question, access);
      const lookup = access === null ? null : { asked, question, access, key };
      const found = lookup === null ? 'new' : this.#inMemory(lookup);
      if (typeof found !== 'string') return found;
      if (found === 'unsure')
        return await this.#fill({ ...of, outcome: { kind: 'bypass', detail: found } }, read);
      const flight = joins < MAX_JOINS ? this.#flights.find(key) : undefined;
      if (flight === undefined)
        return await this.#lead({ ...of, key, lookup, outcome: { kind: 'miss', detail: found } }, read);
      const landed = await within(asked.deadlineAtMs - Date.now(), flight.landed, () => null);
      // An answer that reads more than those of before tells that fewer may share it, so that it is looked up again.
      if (landed === null || lookup === null || rule?.text !== question.rule?.text) continue;
      if (this.#finder.fault(landed, asked) === null) return this.#hit(lookup, landed, 'joined');
    }
  }

  /** Another gateway may know what the question reads. */
  async #askShared(question: Question, questions: GraphQuestions): Promise<void> {
    const { store, logger } = this.#parts;
    const rule = await store.ruleFromShared(question.key);
    if (rule === null) return;
    try {
      await questions.learn(question, rule);
    } catch (error) {
      logger.warn({ err: error }, 'what another gateway knows of a question is of no use');
    }
  }

  #hit({ asked, access }: Lookup, kept: KeptAnswer, detail: HitLayer): HttpAnswer {
    const outcome = { kind: 'hit', detail } as const;
    this.#parts.metrics.answered(asked.name, outcome);
    return keptHttp(asked, { kept, rules: access.rules, outcome });
  }

  /** Finds or reads the answer for all who ask meanwhile. */
  async #lead(leading: Leading, read: ReadAnswer): Promise<HttpAnswer> {
    const { key, lookup } = leading;
    const land = this.#flights.begin(key);
    let kept: KeptAnswer | null = null;
    try {
      kept = lookup === null ? null : await this.#finder.shared(lookup);
      if (lookup !== null && kept !== null) return this.#hit(lookup, kept, 'shared');
      return await this.#fill(leading, read, (answer) => {
        kept = answer;
      });
    } finally {
      land(kept);
    }
  }

  /** Reads, and keeps the answer if it may. */
  async #fill(reading: Reading, read: ReadAnswer, onKept?: (kept: KeptAnswer) => void): Promise<HttpAnswer> {
    const { asked, request, question, outcome } = reading;
    const { keeper, freshness, metrics } = this.#parts;
    const moment = freshness.moment();
    const facts = new FactCollector({ isAsking: true });
    const answer = await read(request, facts);
    const result = await keeper.keep({ asked, question, moment, facts, answer });
    if (result.kind === 'kept') {
      onKept?.(result.kept);
      metrics.answered(asked.name, outcome);
      return keptHttp(asked, { ...result, outcome });
    }
    const bypass = { kind: 'bypass', detail: result.reason } as const;
    metrics.answered(asked.name, bypass);
    return readHttp(answer, bypass);
  }

  /** Reads without the cache. */
  async #pass(
    asked: Asked,
    read: ReadAnswer,
    reason: BypassReason,
    request?: GraphqlRequest,
  ): Promise<HttpAnswer> {
    // Without a cache for its graph nobody looks into a request, which may be a mutation.
    const isAsking = reason === 'mutation' || reason === 'off';
    const answer = await read(request ?? (await asked.request()), new FactCollector({ isAsking }));
    const outcome = { kind: 'bypass', detail: reason } as const;
    this.#parts.metrics.answered(asked.name, outcome);
    return readHttp(answer, outcome);
  }
}
