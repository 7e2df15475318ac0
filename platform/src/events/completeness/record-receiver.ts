import { type AppName, subjectApp } from '@rocket/schema';
import type { Logger } from '../../telemetry/logger.ts';
import { createThrottledLog } from '../../telemetry/throttled-log.ts';
import type { StreamMessage } from '../event-bus.ts';
import { createRecordReader, type ReadableRecord, type UnreadableCounts } from './record-reader.ts';
import type { StreamKnowledge } from './stream-knowledge.ts';

/** What is done with each message. Nothing in one of them stops the follower. */
export interface RecordReceiver {
  message(message: StreamMessage): void;
  /** A statement of a writer of before the first message. */
  writer(message: StreamMessage): void;
  unreadable(): UnreadableCounts;
}

interface ReceiverOptions {
  readonly logger: Logger;
  readonly onRecord: (record: ReadableRecord, message: StreamMessage) => void;
  readonly knowledge: StreamKnowledge;
  readonly now: () => number;
}

export function createRecordReceiver(options: ReceiverOptions): RecordReceiver {
  const { logger, onRecord, knowledge, now } = options;
  const reader = createRecordReader(logger, now);
  const warn = createThrottledLog(logger, now);

  /** Somebody newer may write what cannot be read here, so that the app cannot be known. */
  function read(message: StreamMessage): ReadableRecord | null {
    const record = reader.read(message);
    const app = record === null ? subjectApp(message.subject) : null;
    if (app !== null && knowledge.distrust(app)) {
      logger.error(
        { app, subject: message.subject },
        'The app is not sure any more: an event of it cannot be read',
      );
    }
    return record;
  }

  function hand(record: ReadableRecord, message: StreamMessage): void {
    try {
      onRecord(record, message);
    } catch (error) {
      const app = appOf(record);
      if (app !== null) knowledge.distrust(app);
      warn(
        `${record.kind} ${app}`,
        { error, app, position: message.position },
        'An event could not be followed',
      );
    }
  }

  return {
    message(message) {
      const record = read(message);
      if (record !== null) {
        hand(record, message);
        knowledge.apply(record, message);
      }
      knowledge.reached(message.position);
    },
    writer(message) {
      const record = read(message);
      if (record !== null) knowledge.apply(record, message);
    },
    unreadable: () => ({ ...reader.unreadable }),
  };
}

/** Beats and probes are of no app. */
function appOf(record: ReadableRecord): AppName | null {
  switch (record.kind) {
    case 'change':
      return record.event.app;
    case 'effect':
      return record.effect.app;
    case 'sent':
      return record.sent.app;
    case 'touched':
      return record.touched.app;
    case 'open':
    case 'closed':
      return record.app;
    case 'beat':
    case 'probe':
    case 'due':
      return null;
  }
}
