/** Readers and writers at a gateway that keeps answers, and the same at one that reads every answer. */
import { type CompareOptions, FIRST_WARM_UP_SECONDS } from '../measure/compare.ts';
import { inTurns, type Measured } from '../measure/in-turns.ts';
import { type LoadOptions, type Measurement, measure, type Target } from '../measure/load.ts';
import type { Gateway } from '../sides/gateway.ts';
import { countStatements } from '../sides/statement-counter.ts';
import type { CacheWorld } from './cache-world.ts';
import { withHitRate } from './count-hits.ts';
import { MixedLoad } from './mixed-load.ts';

export type MixedRound = Measurement & {
  /** Which part of the reads was answered from the cache; null without one. */
  readonly hitRate: number | null;
  /** Which part a cache could answer at best; null without one. */
  readonly possibleRate: number | null;
};

type SideName = 'cache on' | 'cache off';

interface MixedSide {
  readonly name: SideName;
  readonly measure: (options: LoadOptions) => Promise<MixedRound>;
}

/** The gateway without a cache last. */
export async function mixed(
  world: CacheWorld,
  options: CompareOptions,
): Promise<readonly Measured<SideName, MixedRound>[]> {
  const sides = [mixedSide('cache on', world, world.keeping), mixedSide('cache off', world, world.reading)];
  for (const side of sides) await side.measure({ ...options, seconds: FIRST_WARM_UP_SECONDS });
  return await inTurns(
    options.rounds,
    sides.map((side) => ({ name: side.name, measure: () => side.measure(options) })),
  );
}

function mixedSide(name: SideName, { shop, callers }: CacheWorld, gateway: Gateway): MixedSide {
  const load = new MixedLoad();
  let next = load.next();
  const target: Target = {
    name,
    url: gateway.url,
    pid: gateway.pid,
    pidsBehind: [shop.shard.pid()],
    postgresPid: shop.postgresPid,
    statements: () => countStatements(shop.shard.url),
    body: () => {
      next = load.next();
      return next.body;
    },
    // Asked for right after the body of the same request.
    headers: () => callers[next.role],
  };
  return {
    name,
    async measure(options) {
      const before = load.possible;
      const round = await withHitRate(gateway, () => measure(target, options));
      const { reads, hits } = load.possible;
      const possibleRate = round.hitRate === null ? null : (hits - before.hits) / (reads - before.reads);
      return { ...round, possibleRate };
    },
  };
}
