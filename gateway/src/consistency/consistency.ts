/**
 * What a caller has written is what they read. The answer of a mutation waits until its events have come back to this
 * gateway, so that nothing older is served here; the token that it carries makes every other gateway see to the same.
 */
import type { HttpAnswer } from '@rocket/platform';
import type { AppName, Epoch, Lsn, Placed } from '@rocket/schema';
import type { Freshness } from '../cache/freshness/freshness.ts';
import type { CollectedWrite, FactCollector } from '../execution/fact-collector.ts';
import {
  CONSISTENCY_HEADER,
  type ConsistencyToken,
  type ConsistencyTokens,
  mergeTokens,
} from './consistency-token.ts';

export interface Consistency extends Pick<ConsistencyTokens, 'ofHeader'> {
  /** The answer with the token of what was written, once it is known here. @param token what the caller sent */
  tell(answer: HttpAnswer, facts: FactCollector, token: ConsistencyToken | null): Promise<HttpAnswer>;
}

/** @param freshness null when the gateway keeps no answers and follows no events */
export function createConsistency(
  tokens: ConsistencyTokens,
  freshness: Pick<Freshness, 'ownWrite'> | null,
): Consistency {
  async function applied({ at, events, lsn }: CollectedWrite): Promise<ConsistencyToken> {
    const event = events.length === 0 ? null : ((await freshness?.ownWrite(at, events)) ?? null);
    const written = { epoch: at.epoch, lsn: event?.lsn ?? lsn, position: event?.position ?? null };
    return { issuedAtMs: Date.now(), apps: new Map([[at.app, written]]) };
  }

  return {
    ofHeader: (header) => tokens.ofHeader(header),
    async tell(answer, facts, token) {
      if (facts.writes.length === 0) return answer;
      const written = await Promise.all(facts.writes.map(applied));
      const all = [...(token === null ? [] : [token]), ...written].reduce(mergeTokens);
      return { ...answer, headers: { ...answer.headers, [CONSISTENCY_HEADER]: tokens.encode(all) } };
    },
  };
}

/** What reads of an app have to see for the bearer of a token. A position of a former epoch is of another server. */
export function leastPosition(token: ConsistencyToken): (at: Placed) => Lsn | undefined {
  return ({ app, epoch }) => {
    const seen = token.apps.get(app);
    return seen?.epoch === epoch ? (seen.lsn ?? undefined) : undefined;
  };
}

/** Where the bearer of a token has written: reads of an app are not sent to where it was before. */
export function leastEpoch(token: ConsistencyToken): (app: AppName) => Epoch | undefined {
  return (app) => token.apps.get(app)?.epoch;
}
