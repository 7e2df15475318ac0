import { randomUUID } from 'node:crypto';
import { type AppName, encodeStatement, MAX_STALENESS_MS } from '@rocket/schema';
import type { Logger } from '../../telemetry/logger.ts';
import { createThrottledLog } from '../../telemetry/throttled-log.ts';
import type { EventBus, FollowLoss, FollowStart, StreamMessage } from '../event-bus.ts';
import { followWithWriters } from './follow-with-writers.ts';
import type { ReadableRecord, UnreadableCounts } from './record-reader.ts';
import { createRecordReceiver } from './record-receiver.ts';
import {
  type AppKnowledge,
  createStreamKnowledge,
  type StreamKnowledge,
  type WriterSilence,
} from './stream-knowledge.ts';

export interface EventFollowerOptions {
  readonly bus: EventBus;
  readonly logger: Logger;
  /** Greatest age at which an app is sure; {@link MAX_STALENESS_MS} by default. */
  readonly boundMs?: number;
  /** Where to begin: after this position, whose message had this id. From now on by default. */
  readonly from?: { readonly position: number; readonly id?: string };
  /**
   * Every record from then on, in order; also what processes say of themselves. When it throws, the app of the record is
   * not sure any more until a reset, as what should have been done was not.
   */
  readonly onRecord: (record: ReadableRecord, message: StreamMessage) => void;
  /**
   * Records were missed, and positions of before are void. Nothing is sure, and no record comes, until this has returned;
   * when it throws it is called again.
   */
  readonly onReset: (reason: FollowLoss) => void;
  /** A clock in ms that only goes forward. */
  readonly now?: () => number;
}

/** Follows all events, and knows of each app how complete they are. ADR 16 has the protocol. */
export interface EventFollower {
  /** Position of the last message that was delivered; 0 while none is followed. */
  readonly position: number;
  /**
   * Since when, by the follower's clock, every message that was stored is delivered or will be; infinite while there is
   * no such view of the stream.
   */
  readonly unbrokenSinceMs: number;
  /** Meant to be asked at each request. */
  app(name: AppName): AppKnowledge;
  /** Writers that are open, as far as is known; all of them once an app is sure. */
  writers(): WriterSilence[];
  /** How many messages could not be read. A message from the time of the beginning can count twice. */
  unreadable(): UnreadableCounts;
  /** No callback is called afterwards, and nothing is sure. */
  close(): void;
}

const PROBE_INTERVAL_MS = 500;
const RESTART_PAUSE_MS = 500;

export function createEventFollower(options: EventFollowerOptions): EventFollower {
  const { bus, logger, boundMs = MAX_STALENESS_MS, from, now = () => performance.now() } = options;
  const follower = randomUUID();
  const knowledge = createStreamKnowledge({ follower, boundMs, now });
  const probe = createProber({ bus, logger, now, follower, knowledge });
  const receiver = createRecordReceiver({ logger, onRecord: options.onRecord, knowledge, now });
  let restart: NodeJS.Timeout | undefined;
  let isClosed = false;

  function begin(start: FollowStart): { close(): void } {
    return followWithWriters({
      bus,
      from: start,
      onMessage: receiver.message,
      onWriter: receiver.writer,
      onReached: knowledge.reached,
      onComplete() {
        knowledge.complete();
        probe();
      },
      onCut: knowledge.cut,
      onLost: reset,
    });
  }

  function reset(reason: FollowLoss): void {
    if (isClosed) return;
    knowledge.reset();
    logger.warn({ reason }, 'The events were lost; they are followed afresh');
    let next = (): void => {
      following = begin({ kind: 'new' });
    };
    try {
      options.onReset(reason);
    } catch (error) {
      logger.error({ error }, 'What was kept of lost events could not be dropped; once more');
      next = () => reset(reason);
    }
    if (!isClosed) restart = setTimeout(next, RESTART_PAUSE_MS);
  }

  let following = begin(from === undefined ? { kind: 'new' } : { kind: 'after', ...from });
  const timer = setInterval(probe, PROBE_INTERVAL_MS);
  return {
    get position() {
      return knowledge.position;
    },
    get unbrokenSinceMs() {
      return knowledge.unbrokenSinceMs;
    },
    app: knowledge.app,
    writers: knowledge.writers,
    unreadable: () => receiver.unreadable(),
    close() {
      isClosed = true;
      clearInterval(timer);
      clearTimeout(restart);
      following.close();
      knowledge.cut();
    },
  };
}

interface ProberOptions extends Pick<EventFollowerOptions, 'bus' | 'logger'> {
  readonly follower: string;
  readonly knowledge: StreamKnowledge;
  readonly now: () => number;
}

/** What proves something is that the probe is delivered, so that nothing depends on the answer to its publication. */
function createProber({ bus, logger, follower, knowledge, now }: ProberOptions): () => void {
  const warn = createThrottledLog(logger, now);
  const encoded = encodeStatement({ kind: 'probe', follower });
  return () => {
    if (!knowledge.isComplete) return;
    void bus.publish([{ ...encoded, id: knowledge.nextProbe() }]).then(([outcome]) => {
      if (outcome?.ok !== false) return;
      const { reason, error } = outcome;
      warn('probe', { reason, error }, 'The stream does not take probes, so that apps become unsure');
    });
  };
}
