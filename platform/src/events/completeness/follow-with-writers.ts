import { ALL_SUBJECTS, WRITER_SUBJECTS } from '@rocket/schema';
import type { EventBus, Follower, FollowLoss, FollowStart, StreamMessage } from '../event-bus.ts';

interface FollowWithWritersOptions {
  readonly bus: EventBus;
  readonly from: FollowStart;
  /** Every message from then on, in order. */
  readonly onMessage: (message: StreamMessage) => void;
  /**
   * The last statement of each writer as of the beginning: only what has been delivered already, or was stored before
   * the first message that is delivered.
   */
  readonly onWriter: (message: StreamMessage) => void;
  /** Everything up to this position has been delivered, or was stored before the first message that is. */
  readonly onReached: (position: number) => void;
  /** All open writers are known, and everything that was stored until now is delivered, or will be. Ends by `onCut`. */
  readonly onComplete: () => void;
  readonly onCut: () => void;
  /** It has ended. */
  readonly onLost: (reason: FollowLoss) => void;
}

/** Follows everything, and finds out at the beginning which writers are open. */
export function followWithWriters(options: FollowWithWritersOptions): { close(): void } {
  const { bus } = options;
  let isEnded = false;
  let isConnected = false;
  let position = 0;
  let snapshot: Follower | null = null;
  let hasAllWriters = false;

  function close(): void {
    isEnded = true;
    live.close();
    snapshot?.close();
  }

  function lose(reason: FollowLoss): void {
    if (isEnded) return;
    close();
    options.onLost(reason);
  }

  function onWriter(message: StreamMessage): void {
    // What is ahead of the live messages comes among them. A `closed` must not take effect before the events that were
    // published before it are delivered.
    if (!isEnded && message.position <= position) options.onWriter(message);
  }

  function onAll(): void {
    if (isEnded || hasAllWriters) return;
    hasAllWriters = true;
    snapshot?.close();
    if (isConnected) options.onComplete();
  }

  // The writers are read when the live messages have begun, so that there is no gap between the two.
  const live = bus.follow({
    subject: ALL_SUBJECTS,
    from: options.from,
    onMessage(message) {
      if (isEnded) return;
      options.onMessage(message);
      position = message.position;
    },
    onCaughtUp(reached) {
      if (isEnded) return;
      isConnected = true;
      position = Math.max(position, reached);
      options.onReached(position);
      if (hasAllWriters) options.onComplete();
      else snapshot ??= readWriters(bus, { onWriter, onAll, onLost: lose });
    },
    onCut() {
      if (isEnded) return;
      isConnected = false;
      options.onCut();
    },
    onLost: lose,
  });
  return { close };
}

interface ReadWritersOptions {
  readonly onWriter: (message: StreamMessage) => void;
  readonly onAll: () => void;
  readonly onLost: (reason: FollowLoss) => void;
}

function readWriters(bus: EventBus, { onWriter, onAll, onLost }: ReadWritersOptions): Follower {
  const from = { kind: 'last_per_subject' } as const;
  return bus.follow({ subject: WRITER_SUBJECTS, from, onMessage: onWriter, onCaughtUp: onAll, onLost });
}
