/** Waits until the target is so close behind the source that writes need to wait only for a moment. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@rocket/platform';
import { putMarker, selectMarker } from '../barrier/fence-sql.ts';
import { openSlot } from '../channel/channel.ts';
import { advanceSlot, selectSlot, slotStatus } from '../channel/channel-sql.ts';
import { MoveGivenUp } from '../held-move.ts';
import { forwardChannel, type MoveParts, reverseChannel, termOf } from './move-step.ts';
import { requireSameHistory } from './same-history.ts';

const POLL_MS = 2;
const FAR_POLL_MS = 50;
/** Behind by so little, several times in a row, the switch may begin. */
const CLOSE_MS = 150;
const CLOSE_TIMES = 2;
const BETWEEN_MS = 100;
/** What the switch takes besides, on a small server. */
const SWITCH_MS = 80;
const MS_PER_SECOND = 1_000;

/** @throws MoveGivenUp when it never gets close, or can follow no more */
export async function follow(parts: MoveParts): Promise<void> {
  const { move, sides, settings } = parts;
  const untilMs = performance.now() + settings.patienceMs;
  await requireSlot(parts);
  await requireSameHistory(parts);
  // Made now, as it waits for whatever transaction is open on the server of the target.
  move.tell({
    detail: `waits for transactions that are open on the Postgres of shard ${sides.target.shard}`,
  });
  await move.checking((signal) => openSlot(reverseChannel(parts), termOf(parts), signal));
  for (let close = 0; close < CLOSE_TIMES; ) {
    move.check();
    const behindMs = await timeBehind(parts, untilMs);
    move.tell({ expectedPauseMs: Math.round(behindMs + SWITCH_MS), detail: null });
    close = behindMs <= CLOSE_MS ? close + 1 : 0;
    await sleep(BETWEEN_MS);
  }
  await sides.target.database.query(advanceSlot(reverseChannel(parts).name));
}

/** How long a change takes from the source to the target. @throws MoveGivenUp when it does not arrive until then */
export async function timeBehind(parts: MoveParts, untilMs: number): Promise<number> {
  const { move, sides } = parts;
  const marker = randomUUID();
  const beganMs = performance.now();
  await sides.source.database.query(putMarker(marker));
  const goesOn = () => {
    move.check();
    const ms = performance.now() - beganMs;
    if (ms > CLOSE_MS) move.tell({ detail: `${(ms / MS_PER_SECOND).toFixed(1)} s behind, and more` });
    return performance.now() < untilMs;
  };
  if (!(await markerArrives(sides.target.database, marker, goesOn))) {
    const seconds = Math.round((performance.now() - beganMs) / MS_PER_SECOND);
    throw new MoveGivenUp(
      'failed',
      `The target stays behind, by ${seconds} s and more: the app is written faster than it can be followed, or the Postgres of shard ${sides.target.shard} takes no changes (its log says why)`,
    );
  }
  return performance.now() - beganMs;
}

/** @param goesOn false ends the wait. @returns whether it has arrived */
export async function markerArrives(
  target: Database,
  marker: string,
  goesOn: () => boolean,
): Promise<boolean> {
  for (let polls = 0; ; polls += 1) {
    const [row] = await target.query(selectMarker(marker));
    if (row?.[0] === true) return true;
    if (!goesOn()) return false;
    await sleep(polls < MS_PER_SECOND / POLL_MS ? POLL_MS : FAR_POLL_MS);
  }
}

/** @throws MoveGivenUp when the source does not keep any more what the target has not got: nothing can be followed */
export async function requireSlot(parts: MoveParts): Promise<void> {
  const { name, from } = forwardChannel(parts);
  const slot = slotStatus(await from.database.query(selectSlot(name)));
  if (slot?.isUsable === true) return;
  throw new MoveGivenUp(
    'failed',
    `The Postgres of shard ${from.shard} has lost what the target has to follow, as by a promotion, or by max_slot_wal_keep_size: move again`,
  );
}
