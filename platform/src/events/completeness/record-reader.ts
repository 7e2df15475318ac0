import { readStream, type StreamRecord } from '@rocket/schema';
import type { Logger } from '../../telemetry/logger.ts';
import { createThrottledLog, type ThrottledLog } from '../../telemetry/throttled-log.ts';
import type { StreamMessage } from '../event-bus.ts';

type UnreadableRecord = Extract<StreamRecord, { readonly kind: 'unreadable' }>;
export type ReadableRecord = Exclude<StreamRecord, UnreadableRecord>;
export type UnreadableCounts = Readonly<Record<UnreadableRecord['fault'], number>>;

/** Reads messages; counts those that it cannot read, and logs them now and then. */
export interface RecordReader {
  /** Null for an unreadable one. */
  read(message: StreamMessage): ReadableRecord | null;
  readonly unreadable: UnreadableCounts;
}

export function createRecordReader(logger: Logger, now: () => number): RecordReader {
  const warn: ThrottledLog = createThrottledLog(logger, now);
  const unreadable = { newer: 0, foreign: 0 };
  return {
    unreadable,
    read({ payload, subject, position }) {
      const record = readAny(payload);
      if (record.kind !== 'unreadable') return record;
      const { fault, reason } = record;
      unreadable[fault] += 1;
      warn(fault, { fault, reason, subject, position }, 'A message of the stream cannot be read');
      return null;
    },
  };
}

/** What somebody else has published must not stop what follows the stream, for instance by a depth that no stack holds. */
function readAny(payload: string): StreamRecord {
  try {
    return readStream(payload);
  } catch (error) {
    return { kind: 'unreadable', fault: 'foreign', reason: String(error) };
  }
}
