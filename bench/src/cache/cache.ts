/** The response cache: what a hit costs, what readers and writers get of it, how soon it knows of changes, what tags cost. */
import { withCleanUp } from '../clean-up.ts';
import type { CompareOptions } from '../measure/compare.ts';
import { applied } from './applied.ts';
import { type AppliedTimes, withAppliedTimes } from './applied-times.ts';
import { startCacheWorld } from './cache-world.ts';
import { type HitsOfSize, hits } from './hits.ts';
import { mixed } from './mixed.ts';
import { type TagsSide, tags } from './tags.ts';

export interface CacheResult {
  readonly hits: readonly HitsOfSize[];
  readonly mixed: Awaited<ReturnType<typeof mixed>>;
  readonly applied: {
    /** Milliseconds of every change that was made alone, after the writer's answer. */
    readonly afterAnswerMs: readonly number[];
    /** Of the same changes, from the beginning of their transaction. */
    readonly alone: AppliedTimes;
    /** The same of the changes of the mixed load. */
    readonly besideMixed: AppliedTimes;
  };
  readonly tags: readonly TagsSide[];
}

/** Null where nats-server is not installed. */
export async function cache(
  options: CompareOptions & { readonly postgresUrl: string | null },
): Promise<CacheResult | null> {
  return await withCleanUp(async (cleanUp) => {
    const world = await startCacheWorld(cleanUp, options.postgresUrl);
    if (world === null) return null;
    const keptHits = await hits(cleanUp, world, options);
    const beside = await withAppliedTimes(world.other, () => mixed(world, options));
    const alone = await withAppliedTimes(world.other, () => applied(world, options.seconds));
    return {
      hits: keptHits,
      mixed: beside.result,
      applied: { afterAnswerMs: alone.result, alone: alone.times, besideMixed: beside.times },
      tags: await tags(world, { ...options, seconds: options.seconds / 2 }),
    };
  });
}
