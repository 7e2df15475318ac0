/** Answers at the cache in the form of HTTP. */
import type { HttpAnswer } from '@rocket/platform';
import type { CacheRules } from '@rocket/schema';
import { cacheHeaders, etagOf, unlessFresh } from '../http/conditional.ts';
import type { Asked } from './asked.ts';
import { CACHE_HEADER, type CacheOutcome, outcomeHeader } from './cache-outcome.ts';
import type { KeptAnswer } from './kept/kept-answer.ts';

export interface GivenAnswer {
  readonly kept: KeptAnswer;
  readonly rules: CacheRules;
  readonly outcome: CacheOutcome;
}

/** An answer that is kept; 304 to a caller who has it. */
export function keptHttp(
  { head, identity }: Pick<Asked, 'head' | 'identity'>,
  given: GivenAnswer,
): HttpAnswer {
  const { kept, rules, outcome } = given;
  const headers = {
    'content-type': kept.contentType,
    ...cacheHeaders({
      method: head.method,
      anonymous: identity.kind === 'anonymous',
      policy: rules.policy === 'public' ? 'public' : 'private',
      ttlSeconds: rules.ttlSeconds,
      ageSeconds: outcome.kind === 'hit' ? (Date.now() - kept.keptAtMs) / MS_PER_SECOND : null,
      kept: true,
    }),
    [CACHE_HEADER]: outcomeHeader(outcome),
  };
  const answer = { status: 200, headers, body: kept.body };
  // Nobody keeps an answer to a POST, and hashing a large one takes as long as all else that is done for it.
  if (head.method === 'POST') return answer;
  return unlessFresh({ ...answer, headers: { ...headers, etag: etagOfKept(kept) } }, head);
}

/** Made once, when an answer is first given to a GET. */
function etagOfKept(kept: KeptAnswer): string {
  const etag = ETAGS.get(kept) ?? etagOf(kept.body);
  ETAGS.set(kept, etag);
  return etag;
}

const ETAGS = new WeakMap<KeptAnswer, string>();

const MS_PER_SECOND = 1_000;

/** An answer that is not kept. */
export function readHttp(answer: HttpAnswer, outcome: CacheOutcome): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, [CACHE_HEADER]: outcomeHeader(outcome) } };
}
