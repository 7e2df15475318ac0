/** Answers at the cache in the form of HTTP. */
import type { HttpAnswer } from '@rocket/platform';
import type { CacheRules } from '@rocket/schema';
import { cacheHeaders, unlessFresh } from '../http/conditional.ts';
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
  { kept, rules, outcome }: GivenAnswer,
): HttpAnswer {
  const { etag, contentType, body, keptAtMs } = kept;
  const headers = {
    'content-type': contentType,
    etag,
    ...cacheHeaders({
      method: head.method,
      anonymous: identity.kind === 'anonymous',
      policy: rules.policy === 'public' ? 'public' : 'private',
      ttlSeconds: rules.ttlSeconds,
      ageSeconds: outcome.kind === 'hit' ? (Date.now() - keptAtMs) / MS_PER_SECOND : null,
      kept: true,
    }),
    [CACHE_HEADER]: outcomeHeader(outcome),
  };
  return unlessFresh({ status: 200, headers, body }, head);
}

const MS_PER_SECOND = 1_000;

/** An answer that is not kept. */
export function readHttp(answer: HttpAnswer, outcome: CacheOutcome): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, [CACHE_HEADER]: outcomeHeader(outcome) } };
}
