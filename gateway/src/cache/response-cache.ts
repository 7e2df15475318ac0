/**
 * Answers from the cache what is kept and still true, and keeps what was read. An answer is found by the request as it
 * came; who may share it follows from the policies of the entities it was read from; whether it is true, from the stream.
 */
import { type HttpAnswer, type Logger, within } from '@rocket/platform';
import { FactCollector } from '../execution/fact-collector.ts';
import type { GraphqlRequest } from '../http/graphql-request.ts';
import type { Asked, ReadAnswer } from './asked.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import type { BypassReason, CacheOutcome, HitLayer, MissReason } from './cache-outcome.ts';
import { keptHttp, readHttp } from './cached-http.ts';
import { Flights } from './flights.ts';
import type { Freshness } from './freshness/freshness.ts';
import { hasAllOf } from './has-all-of.ts';
import type { AnswerKeeper } from './kept/answer-keeper.ts';
import type { AnswerStore } from './kept/answer-store.ts';
import type { KeptAnswer } from './kept/kept-answer.ts';
import { type Access, type GraphQuestions, keyOf } from './questions/graph-questions.ts';
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

/** A question of one caller. */
interface Lookup {
  readonly asked: Asked;
  readonly question: Question;
  readonly access: Access;
  readonly key: string;
}

/** A request that has to be read, and why. */
interface Reading {
  readonly asked: Asked;
  readonly request: GraphqlRequest;
  readonly question: Question;
  readonly outcome: CacheOutcome;
}

export class ResponseCache {
  readonly #parts: ResponseCacheParts;
  readonly #flights = new Flights();

  constructor(parts: ResponseCacheParts) {
    this.#parts = parts;
  }

  /** @throws what `read` throws */
  async serve(asked: Asked, read: ReadAnswer): Promise<HttpAnswer> {
    const { questions } = asked.graph;
    if (questions === null) return await this.#pass(asked, read, 'off');
    const known = questions.known(asked.hash);
    if (known !== undefined && !asked.head.wantsFresh) {
      const found = this.#findInMemory(asked, known, questions);
      if (found !== null) return found;
    }
    return await this.#serveUnknown(asked, questions, read);
  }

  #findInMemory(asked: Asked, question: Question, questions: GraphQuestions): HttpAnswer | null {
    if (question.rule === null || question.never !== null) return null;
    const access = questions.access(question.rule, asked.identity);
    const lookup = { asked, question, access, key: keyOf(question, access) };
    const kept = this.#parts.store.inMemory(lookup.key);
    return kept !== undefined && this.#fault(kept, asked) === null ? this.#hit(lookup, kept, 'memory') : null;
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
      const access = question.rule === null ? null : questions.access(question.rule, asked.identity);
      const key = access === null ? question.key : keyOf(question, access);
      const found = access === null ? 'new' : await this.#find({ asked, question, access, key });
      if (typeof found !== 'string') return found;
      if (found === 'unsure')
        return await this.#fill({ ...of, outcome: { kind: 'bypass', detail: found } }, read);
      const flight = joins < MAX_JOINS ? this.#flights.find(key) : undefined;
      if (flight === undefined)
        return await this.#lead(key, { ...of, outcome: { kind: 'miss', detail: found } }, read);
      const landed = await within(asked.deadlineAtMs - Date.now(), flight.landed, () => null);
      // Of a question that was new the first answer only tells who may share it, so that it is looked up again.
      if (landed !== null && access !== null && this.#fault(landed, asked) === null)
        return this.#hit({ asked, question, access, key }, landed, 'joined');
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

  /** The answer, or why there is none. */
  async #find(lookup: Lookup): Promise<HttpAnswer | MissReason | 'unsure'> {
    const { asked, question, key } = lookup;
    const { store, freshness } = this.#parts;
    const mine = store.inMemory(key);
    const fault = mine === undefined ? 'new' : this.#fault(mine, asked);
    if (mine !== undefined && fault === null) return this.#hit(lookup, mine, 'memory');
    if (question.rule?.parts.some(([app]) => !freshness.isSure(app)) === true) return 'unsure';
    const shared = fault === 'consistency' ? null : await store.fromShared(key);
    if (shared === null || !freshness.knows(shared.stamp) || this.#fault(shared, asked) !== null)
      return fault ?? 'new';
    store.adopt(key, shared);
    return this.#hit(lookup, shared, 'shared');
  }

  /** Why this answer cannot be given; null when it can. */
  #fault(kept: KeptAnswer, { token }: Asked): MissReason | 'unsure' | null {
    const { freshness } = this.#parts;
    if (kept.expiresAtMs <= Date.now()) return 'expired';
    const standing = freshness.standing(kept);
    if (standing !== 'current') return standing;
    return token === null || hasAllOf(token, kept, freshness) ? null : 'consistency';
  }

  #hit({ asked, access }: Lookup, kept: KeptAnswer, detail: HitLayer): HttpAnswer {
    const outcome = { kind: 'hit', detail } as const;
    this.#parts.metrics.answered(asked.name, outcome);
    return keptHttp(asked, { kept, rules: access.rules, outcome });
  }

  /** Reads for all who ask meanwhile. */
  async #lead(key: string, reading: Reading, read: ReadAnswer): Promise<HttpAnswer> {
    const land = this.#flights.begin(key);
    let kept: KeptAnswer | null = null;
    try {
      return await this.#fill(reading, read, (answer) => {
        kept = answer;
      });
    } finally {
      land(kept);
    }
  }

  /** Reads, and keeps the answer if it may. */
  async #fill(
    reading: Reading,
    read: ReadAnswer,
    onKept: (kept: KeptAnswer) => void = () => undefined,
  ): Promise<HttpAnswer> {
    const { asked, request, question, outcome } = reading;
    const { keeper, freshness, metrics } = this.#parts;
    const moment = freshness.moment();
    const facts = new FactCollector({ isAsking: true });
    const answer = await read(request, facts);
    const result = await keeper.keep({ asked, question, moment, facts, answer });
    if (result.kind === 'kept') {
      onKept(result.kept);
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
    const facts = new FactCollector({ isAsking: reason === 'mutation' });
    const answer = await read(request ?? (await asked.request()), facts);
    const outcome = { kind: 'bypass', detail: reason } as const;
    this.#parts.metrics.answered(asked.name, outcome);
    return readHttp(answer, outcome);
  }
}
