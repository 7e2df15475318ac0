/** What every step of a move works with. */
import type { Config, EventBus, MoveRecord } from '@rocket/platform';
import { type Epoch, epoch } from '@rocket/schema';
import type { MoveTerm } from '../barrier/fence-sql.ts';
import type { Channel } from '../channel/channel.ts';
import { channelName } from '../channel/channel-sql.ts';
import type { HeldMove } from '../held-move.ts';
import type { MoveSides } from '../move-sides.ts';

export interface MoveSettings {
  /** How long the former database is kept. */
  readonly keepSeconds: number;
  /** A move that gets no further for so long is given up. */
  readonly patienceMs: number;
  /** Rows that are compared with their contents while writes wait. */
  readonly comparedAtRest: number;
  /** Rows of other tables that are counted meanwhile. */
  readonly countedAtRest: number;
}

export type MoveConfig = Pick<Config, 'moveKeepHours' | 'movePatienceMinutes'>;

const SECONDS_PER_HOUR = 3_600;
const MS_PER_MINUTE = 60_000;
/** Some ms each on a small server that has more to do. */
const COMPARED_AT_REST = 10_000;
const COUNTED_AT_REST = 500_000;

export function moveSettings({ moveKeepHours, movePatienceMinutes }: MoveConfig): MoveSettings {
  return {
    keepSeconds: moveKeepHours * SECONDS_PER_HOUR,
    patienceMs: movePatienceMinutes * MS_PER_MINUTE,
    comparedAtRest: COMPARED_AT_REST,
    countedAtRest: COUNTED_AT_REST,
  };
}

export interface MoveParts {
  readonly move: HeldMove;
  readonly sides: MoveSides;
  readonly bus: EventBus;
  readonly settings: MoveSettings;
  /** Whether the catalog of this installation has such a move, of the same app. */
  readonly isMoveOfApp: (move: string) => Promise<boolean>;
  /** The app was removed, as with its shard: nobody will be served, wherever it is. */
  readonly isAppGone: () => Promise<boolean>;
  /** Says on the stream that writers of other processes have ended. */
  readonly sayClosed: (writer: { readonly id: string; readonly process: string }) => Promise<void>;
}

export function termOf({ move }: Pick<MoveParts, 'move'>): MoveTerm {
  return { move: move.record.id, term: move.lease.term };
}

/** Of the app on the target. */
export function nextEpoch({ move }: Pick<MoveParts, 'move'>): Epoch {
  return epoch(move.record.epoch + 1);
}

/** Of the channel by which the target follows. A move that is taken back left the one by which the former database follows. */
export function forwardName({ id, backOf }: MoveRecord): string {
  return backOf === null ? channelName(id, 'forward') : channelName(backOf, 'reverse');
}

/** Of the channel by which the former database follows. */
export function reverseName({ id }: MoveRecord): string {
  return channelName(id, 'reverse');
}

/** By which the target follows the source. */
export function forwardChannel({ move, sides }: Pick<MoveParts, 'move' | 'sides'>): Channel {
  return { name: forwardName(move.record), from: sides.source, to: sides.target };
}

/** By which the former database follows, when the app is on its target. */
export function reverseChannel({ move, sides }: Pick<MoveParts, 'move' | 'sides'>): Channel {
  return { name: reverseName(move.record), from: sides.target, to: sides.source };
}
