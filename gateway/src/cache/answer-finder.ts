/** Finds answers that are kept for a caller, and judges whether they may be given. */

import type { Access } from '../access/read-scopes.ts';
import type { Asked } from './asked.ts';
import type { MissReason } from './cache-outcome.ts';
import type { Freshness } from './freshness/freshness.ts';
import type { AnswerStore } from './kept/answer-store.ts';
import type { KeptAnswer } from './kept/kept-answer.ts';
import { keptFault } from './kept-fault.ts';
import type { Question } from './questions/question.ts';

/** A question of one caller. */
export interface Lookup {
  readonly asked: Asked;
  readonly question: Question;
  readonly access: Access;
  /** Names the answer for all callers of this access. */
  readonly key: string;
}

/** Why no answer can be given from the cache. */
export type NoAnswer = MissReason | 'unsure';

export interface AnswerFinder {
  /** The answer that this process has kept, or why none of it can be given. */
  inMemory(lookup: Lookup): KeptAnswer | NoAnswer;
  /** What another gateway has kept; null when it is of no use here. */
  shared(lookup: Lookup): Promise<KeptAnswer | null>;
  /** Why this answer cannot be given to the caller; null when it can. */
  fault(kept: KeptAnswer, asked: Asked): NoAnswer | null;
}

export function createAnswerFinder(store: AnswerStore, freshness: Freshness): AnswerFinder {
  const fault = (kept: KeptAnswer, { token }: Asked): NoAnswer | null =>
    keptFault(kept, { token, freshness });

  return {
    fault,
    inMemory({ key, asked, question }) {
      const kept = store.inMemory(key);
      const found = kept === undefined ? 'new' : fault(kept, asked);
      if (kept !== undefined && found === null) return kept;
      if (question.rule?.parts.some(([app]) => !freshness.isSure(app)) === true) return 'unsure';
      return found ?? 'new';
    },
    async shared({ key, asked }) {
      const shared = await store.fromShared(key);
      if (shared === null || !freshness.knows(shared.stamp) || fault(shared, asked) !== null) return null;
      store.adopt(key, shared);
      return shared;
    },
  };
}
