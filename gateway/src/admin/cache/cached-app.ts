import type { AppName } from '@rocket/schema';
import type { Doubt } from '../../cache/freshness/doubt.ts';
import type { Freshness } from '../../cache/freshness/freshness.ts';
import { unheard } from '../../cache/freshness/unheard.ts';
import type { AdminParts } from '../parts.ts';

/** How sure the cache is of an app, in the form of the admin API. */
export function cachedAppView(
  app: AppName,
  freshness: Freshness,
  { view, bus }: Pick<AdminParts, 'view' | 'bus'>,
) {
  const doubts = freshness.doubts(app);
  const { ageMs } = freshness.follower.app(app);
  const isKnown = Number.isFinite(ageMs) && !doubts.includes('unheard');
  const where = unheard(app, view.current.shardMap, bus);
  return {
    app,
    ageMs: isKnown ? Math.round(ageMs) : null,
    sure: doubts.length === 0,
    doubts: doubts.map((doubt) => (doubt === 'unheard' && where !== null ? where : SENTENCES[doubt])),
  };
}

const SENTENCES: Readonly<Record<Doubt, string>> = {
  unplaced: 'No shard has it',
  unheard: 'Its events do not reach this gateway',
  own_writes: 'Something was written through this gateway that has not come back on the stream',
  unproven: 'Nothing is known yet of how complete its events are',
  late: 'What is known of its changes is too old',
};
