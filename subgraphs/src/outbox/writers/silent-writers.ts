/** The open writers of a shard's other processes, and how long nothing was heard of them. */
import type { EventBus, FollowOptions } from '@rocket/platform';
import {
  BEAT_SUBJECTS,
  readStream,
  type ShardName,
  type StreamRecord,
  WRITER_SUBJECTS,
  type WriterOpened,
} from '@rocket/schema';

const FOLLOW_AGAIN_MS = 1_000;
/** A process that hears its own beats at shorter intervals would also hear those of others. */
const STEADY_MS = 1_000;

export interface SilentWritersOptions {
  readonly shard: ShardName;
  readonly process: string;
  readonly bus: Pick<EventBus, 'follow'>;
}

export interface SilentWriters {
  /**
   * Writers of whose process nothing was heard for `ms`, in which this process heard its own beats: a stream that hangs or is
   * full carries nobody's. None while it may have missed something.
   */
  silentFor(ms: number): readonly WriterOpened[];
  /** Whether it has heard its own beats steadily for `ms` since a time by `performance.now()`. */
  isHeardFor(ms: number, sinceMs: number): boolean;
  /** Other processes of the shard have open writers. */
  readonly hasOpen: boolean;
  /** Whether the stream has told of the writer, and not of its end. */
  isOpen(writer: string): boolean;
  close(): void;
}

/** A part of the stream that is followed for as long as the process lives, afresh when the stream was lost. */
interface Part {
  /** By `performance.now()`; null while messages may be missing. */
  completeSinceMs: number | null;
  close(): void;
}

export function followSilentWriters({ shard, process, bus }: SilentWritersOptions): SilentWriters {
  const open = new Map<string, WriterOpened>();
  const heardMs = new Map<string, number>();
  let ownMs = 0;
  let steadySinceMs = 0;

  function hear(name: string): void {
    const nowMs = performance.now();
    heardMs.set(name, nowMs);
    if (name !== process) return;
    if (nowMs - ownMs > STEADY_MS) steadySinceMs = nowMs;
    ownMs = nowMs;
  }

  function isHeardFor(ms: number, sinceMs: number): boolean {
    if (writers.completeSinceMs === null || beats.completeSinceMs === null) return false;
    // What was said before this process could hear it counts as said at its beginning.
    const fromMs = Math.max(sinceMs, steadySinceMs, writers.completeSinceMs, beats.completeSinceMs);
    return ownMs - fromMs > ms;
  }

  const writers = followPart(
    bus,
    { subject: WRITER_SUBJECTS, from: { kind: 'last_per_subject' } },
    (said) => {
      if (said.kind === 'closed') open.delete(said.writer);
      else if (said.kind === 'open' && said.shard === shard && said.process !== process) {
        open.set(said.writer, said);
      }
    },
  );
  const beats = followPart(bus, { subject: BEAT_SUBJECTS, from: { kind: 'new' } }, (said) => {
    if (said.kind === 'beat' && said.shard === shard) hear(said.process);
  });
  return {
    silentFor: (ms) =>
      [...open.values()].filter((writer) => isHeardFor(ms, heardMs.get(writer.process) ?? 0)),
    isHeardFor,
    isOpen: (writer) => open.has(writer),
    get hasOpen() {
      return open.size > 0;
    },
    close() {
      writers.close();
      beats.close();
    },
  };
}

function followPart(
  bus: Pick<EventBus, 'follow'>,
  what: Pick<FollowOptions, 'subject' | 'from'>,
  onRecord: (said: StreamRecord) => void,
): Part {
  let timer: NodeJS.Timeout | undefined;
  const part: Part = { completeSinceMs: null, close: () => undefined };
  const begin = (): void => {
    const follower = bus.follow({
      ...what,
      onMessage: ({ payload }) => onRecord(readStream(payload)),
      onCaughtUp: () => {
        part.completeSinceMs ??= performance.now();
      },
      onCut: () => {
        part.completeSinceMs = null;
      },
      onLost: () => {
        part.completeSinceMs = null;
        timer = setTimeout(begin, FOLLOW_AGAIN_MS);
        timer.unref();
      },
    });
    part.close = () => {
      clearTimeout(timer);
      follower.close();
    };
  };
  begin();
  return part;
}
