/**
 * Says of an operation and a caller what the cache would do. Every decision is made by the functions that the cache
 * uses. Nothing is kept, and what is learned is not noted, so that the cache is the same afterwards.
 */

import {
  type AppName,
  accessScopeView,
  type CacheRules,
  type EntityAccess,
  RocketError,
} from '@rocket/schema';
import { ruleOf } from '../access/read-rule.ts';
import { FactCollector } from '../execution/fact-collector.ts';
import type { ServedGraph } from '../graphs/served-graph.ts';
import { type GraphqlParameters, postedRequest } from '../http/graphql-request.ts';
import { callerFor, type Identity } from '../identity/identity.ts';
import type { ReadAnswer } from './asked.ts';
import type { BypassReason } from './cache-outcome.ts';
import { groupTags, type TagsOfKind } from './group-tags.ts';
import type { KeepResult } from './kept/answer-keeper.ts';
import { type KeptFault, keptFault } from './kept-fault.ts';
import type { OpenCache } from './open-cache.ts';
import { type GraphQuestions, keyOf } from './questions/graph-questions.ts';
import { operationKind } from './questions/operation-kind.ts';
import type { Question } from './questions/question.ts';

export interface ToExplain {
  readonly graph: ServedGraph;
  readonly identity: Identity;
  readonly parameters: GraphqlParameters;
  /** The Accept header of its callers, by which answers are told apart. */
  readonly accept: string;
}

/** An answer that is in memory for such a caller. */
export interface Found {
  /** Why it would not be given; null when it would. */
  readonly fault: KeptFault | null;
  readonly ageMs: number;
}

export interface ReadApp {
  readonly app: AppName;
  /** Administrators share answers with each other alone, as they may also ask for deleted records. */
  readonly isAdmin: boolean;
  readonly access: readonly EntityAccess[];
  readonly tags: readonly TagsOfKind[];
}

export interface Explanation {
  /** Why the answer is not kept; null when it is. */
  readonly notKept: BypassReason | null;
  /** For how long it is kept at most; null when it is not. */
  readonly keptMs: number | null;
  /** Null when no app has told what it read. */
  readonly rules: CacheRules | null;
  /** In order of name. */
  readonly apps: readonly ReadApp[];
  /** What there was in memory before; null for nothing. */
  readonly found: Found | null;
  /** The answer's own text, with its errors; null when nothing was executed. */
  readonly body: string | null;
}

const OFF: Explanation = { notKept: 'off', keptMs: null, rules: null, apps: [], found: null, body: null };

/**
 * Executes a query once. @param open null when the gateway keeps no answers: then nothing is executed
 * @throws RocketError `BAD_USER_INPUT` for a mutation, before anything is executed; what `read` throws
 */
export async function explain(
  asked: ToExplain,
  { open, read }: { readonly open: OpenCache | null; readonly read: ReadAnswer },
): Promise<Explanation> {
  const { graph, identity, parameters, accept } = asked;
  const kind = operationKind(graph, parameters);
  if (kind === 'mutation') throw noMutation();
  if (open === null || graph.questions === null) return OFF;
  const question = graph.questions.peek(parameters, accept);
  const found = findInMemory(question, { asked, open, questions: graph.questions });
  const moment = open.freshness.moment();
  const facts = new ReadingFacts({ isAsking: kind === 'query' });
  const answer = await read(postedRequest(parameters, accept), facts);
  const body = answer.body.toString();
  if (kind !== 'query') return { ...OFF, notKept: kind, body };
  // The cache does not even try where it knows that it is in vain.
  const { never } = question;
  const result: KeepResult =
    never === null
      ? await open.keeper.judge({ asked: { graph, identity }, question, moment, facts, answer })
      : { kind: 'not_kept', reason: never };
  return {
    ...keeping(result),
    ...(await whatWasRead(question, { asked, facts, questions: graph.questions })),
    ...{ found, body },
  };
}

/** Refuses a write at the last moment, whatever was made of the document before. */
class ReadingFacts extends FactCollector {
  override writing(): never {
    throw noMutation();
  }
}

function noMutation(): RocketError {
  return new RocketError(
    'BAD_USER_INPUT',
    'Answers of mutations are never kept, and none is executed to explain it',
  );
}

interface Known {
  readonly asked: ToExplain;
  readonly questions: GraphQuestions;
}

function findInMemory(
  question: Question,
  { asked, questions, open }: Known & { readonly open: OpenCache },
): Found | null {
  const { rule, never } = question;
  if (rule === null || never !== null) return null;
  const kept = open.store.peek(keyOf(question, questions.scopes.access(rule, asked.identity)));
  if (kept === undefined) return null;
  const fault = keptFault(kept, { token: null, freshness: open.freshness });
  return { fault, ageMs: Math.max(0, Date.now() - kept.keptAtMs) };
}

function keeping(result: KeepResult): Pick<Explanation, 'notKept' | 'keptMs'> {
  if (result.kind === 'not_kept') return { notKept: result.reason, keptMs: null };
  return { notKept: null, keptMs: result.kept.expiresAtMs - result.kept.keptAtMs };
}

/** Also of an answer that is not kept, as far as its parts were told. */
async function whatWasRead(
  question: Question,
  { asked, facts, questions }: Known & { readonly facts: FactCollector },
): Promise<Pick<Explanation, 'rules' | 'apps'>> {
  if (facts.reads.size === 0) return { rules: null, apps: [] };
  const rule = await questions.learn(question, ruleOf(facts));
  const apps = rule.parts.map(([app, entities]) => {
    const caller = callerFor(asked.identity, app);
    return {
      ...{ app, isAdmin: caller.isAdmin },
      access: accessScopeView(questions.scopes.model(app), { entities, caller }),
      tags: groupTags(facts.reads.get(app)?.tags ?? []),
    };
  });
  return { rules: questions.scopes.access(rule, asked.identity).rules, apps };
}
