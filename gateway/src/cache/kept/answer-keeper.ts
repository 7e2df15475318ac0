/** Decides which answers are kept, and keeps them. */
import type { HttpAnswer, Logger } from '@rocket/platform';
import { type CacheRules, wholeTableTag } from '@rocket/schema';
import { type ReadRule, ruleOf } from '../../access/read-rule.ts';
import type { Access } from '../../access/read-scopes.ts';
import type { FactCollector } from '../../execution/fact-collector.ts';
import type { Asked } from '../asked.ts';
import type { BypassReason } from '../cache-outcome.ts';
import type { Freshness } from '../freshness/freshness.ts';
import type { ReadMoment } from '../freshness/read-moment.ts';
import { hashTag } from '../freshness/tag-hash.ts';
import { type GraphQuestions, keyOf } from '../questions/graph-questions.ts';
import type { Question } from '../questions/question.ts';
import type { AnswerStore } from './answer-store.ts';
import type { KeptAnswer } from './kept-answer.ts';

export interface KeeperOptions {
  readonly store: AnswerStore;
  readonly freshness: Freshness;
  readonly maxEntryBytes: number;
  /** How long an answer is kept at most. */
  readonly ttlMs: number;
  readonly logger: Logger;
}

export interface ReadToKeep {
  readonly asked: Pick<Asked, 'graph' | 'identity'>;
  readonly question: Question;
  /** Taken before the read; null when it could not be told. */
  readonly moment: ReadMoment | null;
  readonly facts: FactCollector;
  readonly answer: HttpAnswer;
}

export type KeepResult =
  | { readonly kind: 'kept'; readonly kept: KeptAnswer; readonly rules: CacheRules }
  | { readonly kind: 'not_kept'; readonly reason: BypassReason };

export interface AnswerKeeper {
  /** Never rejects: what cannot be kept is given all the same. */
  keep(read: ReadToKeep): Promise<KeepResult>;
  /** What `keep` would say. Nothing is kept; the question learns as it does there. Never rejects. */
  judge(read: ReadToKeep): Promise<KeepResult>;
}

/** A result, and what else is to be noted of the question. */
interface Judgement {
  readonly result: KeepResult;
  /** Null when no answer to the question is ever kept, or nothing could be learned of it. */
  readonly learned: { readonly rule: ReadRule; readonly key: string } | null;
}

export function createAnswerKeeper(options: KeeperOptions): AnswerKeeper {
  const { store, ttlMs } = options;
  return {
    async keep(read) {
      const { question } = read;
      const before = question.rule?.text;
      const { result, learned } = await judge(read, options);
      if (learned === null) return result;
      if (before !== learned.rule.text) store.keepRule(question.key, learned.rule, ttlMs);
      if (result.kind === 'kept') store.keep(learned.key, result.kept);
      return result;
    },
    judge: async (read) => (await judge(read, options)).result,
  };
}

async function judge(read: ReadToKeep, options: KeeperOptions): Promise<Judgement> {
  const { questions } = read.asked.graph;
  const fault = faultOf(read);
  if (fault !== null || questions === null) return notKept(fault ?? 'off');
  try {
    return await judgeFor(questions, read, options);
  } catch (error) {
    options.logger.warn({ err: error }, 'it could not be said whether an answer may be kept');
    return notKept('not-told');
  }
}

async function judgeFor(
  questions: GraphQuestions,
  read: ReadToKeep,
  options: KeeperOptions,
): Promise<Judgement> {
  const { asked, question, facts } = read;
  const rule = await questions.learn(question, ruleOf(facts));
  const access = questions.scopes.access(rule, asked.identity);
  question.never = lasting(facts, access);
  if (question.never !== null) return notKept(question.never);
  const learned = { rule, key: keyOf(question, access) };
  const kept = keptAnswer(read, { access, questions }, options);
  if (kept === null) return notKept('unsure', learned);
  if (kept.body.length > options.maxEntryBytes) return notKept('too-large', learned);
  return { result: { kind: 'kept', kept, rules: access.rules }, learned };
}

function notKept(reason: BypassReason, learned: Judgement['learned'] = null): Judgement {
  return { result: { kind: 'not_kept', reason }, learned };
}

/** What is wrong with this answer, though another answer to the question may be kept. */
function faultOf({ question, facts, answer }: ReadToKeep): BypassReason | null {
  if (facts.hasWritten) return 'mutation';
  // Apollo Server and shards write errors first.
  if (answer.status !== 200 || !startsWithData(answer.body)) return 'errors';
  if (!facts.isTold) return 'not-told';
  if (facts.reads.size > 0) return null;
  question.never = 'reads-nothing';
  return question.never;
}

/** Why no answer to the question is ever kept. */
function lasting(facts: FactCollector, { rules }: Access): BypassReason | null {
  if (!facts.isLasting) return 'time';
  return rules.policy === 'no_store' ? 'no-store' : null;
}

/** Null while changes may be missed. */
function keptAnswer(
  { moment, facts, answer }: ReadToKeep,
  { access: { rules }, questions }: { readonly access: Access; readonly questions: GraphQuestions },
  { freshness, ttlMs }: KeeperOptions,
): KeptAnswer | null {
  if (moment === null) return null;
  const apps = [...facts.reads].map(([app, { epoch, lsn }]) => {
    // The history is that of before the read, which cannot be of a later one.
    const history = moment.placeOf(app)?.history ?? null;
    return { app, epoch, lsn, history, revision: questions.scopes.member(app).revision };
  });
  if (!freshness.mayKeep(moment, apps)) return null;
  const tags = new Set<number>();
  for (const { tags: groups } of facts.reads.values()) {
    for (const [prefix, values] of groups) {
      tags.add(hashTag(wholeTableTag(prefix)));
      for (const value of values) tags.add(hashTag(`${prefix}${value}`));
    }
  }
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const keptAtMs = Date.now();
  const ownTtlMs = rules.ttlSeconds === null ? ttlMs : rules.ttlSeconds * 1_000;
  return {
    contentType: answer.headers['content-type'] ?? 'application/json; charset=utf-8',
    body,
    tags: Float64Array.from(tags),
    stamp: moment.stamp,
    checkedTo: 0,
    apps,
    keptAtMs,
    expiresAtMs: keptAtMs + Math.min(ttlMs, ownTtlMs),
  };
}

function startsWithData(body: HttpAnswer['body']): boolean {
  return typeof body === 'string' ? body.startsWith('{"data"') : body.toString('utf8', 0, 7) === '{"data"';
}
