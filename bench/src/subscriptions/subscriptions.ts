/** Subscriptions: what open ones take, how soon a change is with a thousand, whether a stream of changes comes whole. */
import { withCleanUp } from '../clean-up.ts';
import { type FanOutSide, fanOut, sampleResult } from './fan-out.ts';
import { type OpenMany, openMany } from './open-many.ts';
import { type StreamSide, stream } from './stream.ts';
import { startSubscriptionWorld } from './subscription-world.ts';

/** The goal is stated for as many; `--seconds` makes it shorter. */
export const STREAM_SECONDS = 30;

export interface SubscriptionsResult {
  readonly open: OpenMany;
  /** The bare server last. */
  readonly fanOut: readonly FanOutSide[];
  /** The bare server last. */
  readonly stream: readonly StreamSide[];
}

export interface SubscriptionsOptions {
  /** Of the stream through the gateway; the other parts take half as long. */
  readonly seconds: number;
  readonly rounds: number;
  readonly postgresUrl: string | null;
}

/** Null where nats-server is not installed. */
export async function subscriptions(options: SubscriptionsOptions): Promise<SubscriptionsResult | null> {
  return await withCleanUp(async (cleanUp) => {
    const world = await startSubscriptionWorld(cleanUp, options.postgresUrl);
    if (world === null) return null;
    const { gateway } = world;
    const half = options.seconds / 2;
    const open = await openMany(gateway);
    const floor = await world.startFloor(await sampleResult(world));
    return {
      open,
      fanOut: await fanOut(world, { gateway, floor }, { seconds: half, rounds: options.rounds }),
      stream: [await stream(world, gateway, options.seconds), await stream(world, floor, half)],
    };
  });
}
