/** Moves to and fro while the app is read and written at a fixed rate, and one that is taken back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanUp } from '../clean-up.ts';
import { unixMs } from '../measure/unix-ms.ts';
import { type Met, metAtSwitch, metOverAll, type SwitchMet } from './around-switches.ts';
import { type MovedApp, moveApp } from './move-app.ts';
import type { MoveWorld } from './move-world.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';

export const MOVES = 5;
/** New processes compile what they run. */
const WARM_UP_MS = 5_000;
const BETWEEN_MS = 1_500;
/** Of the last move, so that it can be taken back. */
const KEEP_HOURS = 1;

export interface LoadedMove extends MovedApp, SwitchMet {}

export interface UnderLoad {
  readonly rows: number;
  readonly moves: readonly LoadedMove[];
  /** The move that is taken back. */
  readonly back: LoadedMove;
  /** Over the moves, without the one that is taken back. */
  readonly met: readonly Met[];
  /** What the first request that failed was answered. */
  readonly failure: string | null;
}

type Whereto = Parameters<typeof moveApp>[1];

/** @param quietSeconds in which nothing moves, to compare with */
export async function underLoad(
  cleanUp: CleanUp,
  world: MoveWorld,
  quietSeconds: number,
): Promise<UnderLoad> {
  const mover = await world.startMover(0);
  const load = startSteadyLoad(cleanUp, world);
  await sleep(WARM_UP_MS);
  const quiet = { fromMs: unixMs(), toMs: unixMs() + quietSeconds * 1_000 };
  await sleep(quietSeconds * 1_000);
  const moves: LoadedMove[] = [];
  for (let done = 0; done < MOVES; done += 1)
    moves.push(await moveLoaded(world, load, { to: done % 2 === 0 ? 's2' : 's1' }));
  const met = metOverAll(load.requests, moves, quiet);
  await mover.stop();
  await world.startMover(KEEP_HOURS);
  await moveLoaded(world, load, { to: MOVES % 2 === 0 ? 's2' : 's1' });
  const back = await moveLoaded(world, load, { back: true });
  await load.stop();
  const { customers, orders } = world.filled;
  return { rows: customers + orders, moves, back, met, failure: load.firstFailure() };
}

async function moveLoaded(world: MoveWorld, load: SteadyLoad, whereto: Whereto): Promise<LoadedMove> {
  const fromMs = unixMs();
  // A former database is dropped at once unless it is kept for the way back, which keeps the one that it leaves too.
  const moved = await moveApp(world, whereto, 'kept');
  await sleep(BETWEEN_MS);
  return { ...moved, ...metAtSwitch(load.requests, moved, { fromMs, toMs: unixMs() }) };
}
