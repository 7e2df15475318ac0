import type { CatalogSnapshot, EventBus } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import type { Doubt } from '../../cache/freshness/doubt.ts';
import type { Freshness } from '../../cache/freshness/freshness.ts';
import { unheard } from '../../cache/freshness/unheard.ts';

type StreamState = Pick<EventBus, 'state' | 'outlivesProcess'>;

/** How sure the cache is of an app, in the form of the admin API. */
export function cachedAppView(
  app: AppName,
  freshness: Freshness,
  { view, bus }: { view: { current: Pick<CatalogSnapshot, 'shardMap'> }; bus: StreamState },
) {
  const doubts = freshness.doubts(app);
  const { ageMs } = freshness.follower.app(app);
  const isKnown = Number.isFinite(ageMs) && !doubts.includes('unheard');
  const where = unheard(app, view.current.shardMap, bus);
  return {
    app,
    ageMs: isKnown ? Math.round(ageMs) : null,
    sure: doubts.length === 0,
    doubts: doubts.map((doubt) => sentence(doubt, where, bus)),
  };
}

function sentence(doubt: Doubt, where: string | null, bus: StreamState): string {
  if (doubt === 'unheard' && where !== null) return where;
  // The cause says more than what comes of it.
  const state = bus.state();
  if (FROM_THE_STREAM.has(doubt) && state.kind === 'down') return `The event stream is away: ${state.reason}`;
  return SENTENCES[doubt];
}

/** Those that end by themselves when the stream is there. */
const FROM_THE_STREAM: ReadonlySet<Doubt> = new Set<Doubt>(['unproven', 'late']);

const SENTENCES: Readonly<Record<Doubt, string>> = {
  unplaced: 'No shard has it',
  unheard: 'Its events do not reach this gateway',
  own_writes: 'Something was written through this gateway that has not come back on the stream',
  unproven: 'Nothing is known yet of how complete its events are',
  late: 'What is known of its changes is too old',
};
