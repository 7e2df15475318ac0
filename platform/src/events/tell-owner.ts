/** The callbacks of who follows. What they throw must not reach who delivers, on whom others depend too. */
import type { Logger } from '../telemetry/logger.ts';
import type { FollowLoss, FollowOptions } from './event-bus.ts';

export interface OwnedFollowOptions extends FollowOptions {
  readonly logger: Logger;
  /** Called when the follower has ended, by itself or by `close`. */
  readonly onEnd: () => void;
}

/**
 * Calls one that takes an event.
 * @returns whether that went well; if not the follower has to end, as it must not go on behind what was not taken
 */
export function tellOwner(
  { logger, subject }: OwnedFollowOptions,
  position: number,
  tell: () => void,
): boolean {
  try {
    tell();
    return true;
  } catch (error) {
    logger.error({ error, subject, position }, 'A follower could not take an event');
    return false;
  }
}

export function tellLoss({ logger, onLost }: OwnedFollowOptions, reason: FollowLoss): void {
  try {
    onLost(reason);
  } catch (error) {
    logger.error({ error, reason }, 'The end of a follower could not be told');
  }
}
