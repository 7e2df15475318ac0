/** Apps that move from one shard to another while they are used: how long writes wait, and how fast rows are copied. */
import { withCleanUp } from '../clean-up.ts';
import { type Copying, copying } from './copying.ts';
import { startMoveWorld } from './move-world.ts';
import { type UnderLoad, underLoad } from './under-load.ts';

/** Of the quiet time before the moves; `--seconds` makes the apps smaller too. */
export const QUIET_SECONDS = 10;
/** For each of these seconds: of the app that is moved while it is used, and of the one that is only copied. */
const USED_ROWS = 20_000;
const COPIED_ROWS = 100_000;
/** One to and one fro. */
const COPY_ROUNDS = 2;

export interface MovesResult {
  readonly underLoad: UnderLoad;
  readonly copying: Copying;
}

/** Null where nats-server is not installed. */
export async function moves({ seconds }: { seconds: number }): Promise<MovesResult | null> {
  const used = await withCleanUp(async (cleanUp) => {
    const world = await startMoveWorld(cleanUp, USED_ROWS * seconds);
    return world === null ? null : await underLoad(cleanUp, world, seconds);
  });
  if (used === null) return null;
  return await withCleanUp(async (cleanUp) => {
    const world = await startMoveWorld(cleanUp, COPIED_ROWS * seconds);
    return world === null ? null : { underLoad: used, copying: await copying(world, COPY_ROUNDS) };
  });
}
