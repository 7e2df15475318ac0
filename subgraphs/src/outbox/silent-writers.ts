/** The open writers of a shard's other processes, and how long nothing was heard of them. */
import type { EventBus, StreamMessage } from '@rocket/platform';
import {
  BEAT_SUBJECTS,
  readStream,
  type ShardName,
  WRITER_SUBJECTS,
  type WriterOpened,
} from '@rocket/schema';

const FOLLOW_AGAIN_MS = 1_000;

export interface SilentWritersOptions {
  readonly shard: ShardName;
  readonly process: string;
  readonly bus: Pick<EventBus, 'follow'>;
}

export interface SilentWriters {
  /** Writers of whose process nothing was heard for `ms`. None while this process may have missed something. */
  silentFor(ms: number): readonly WriterOpened[];
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

  function follow(subject: string, kind: 'new' | 'last_per_subject', onMessage: (m: StreamMessage) => void) {
    let timer: NodeJS.Timeout | undefined;
    const part: Part = { completeSinceMs: null, close: () => undefined };
    const begin = (): void => {
      const follower = bus.follow({
        subject,
        from: { kind },
        onMessage,
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

  const writers = follow(WRITER_SUBJECTS, 'last_per_subject', ({ payload }) => {
    const said = readStream(payload);
    if (said.kind === 'closed') open.delete(said.writer);
    else if (said.kind === 'open' && said.shard === shard && said.process !== process) {
      open.set(said.writer, said);
    }
  });
  const beats = follow(BEAT_SUBJECTS, 'new', ({ payload }) => {
    const said = readStream(payload);
    if (said.kind === 'beat' && said.shard === shard) heardMs.set(said.process, performance.now());
  });
  return {
    silentFor(ms) {
      if (writers.completeSinceMs === null || beats.completeSinceMs === null) return [];
      // What was said before this process could hear it counts as said at its beginning.
      const sinceMs = Math.max(writers.completeSinceMs, beats.completeSinceMs);
      const beforeMs = performance.now() - ms;
      return [...open.values()].filter(
        (writer) => (heardMs.get(writer.process) ?? sinceMs) < beforeMs && sinceMs < beforeMs,
      );
    },
    isOpen: (writer) => open.has(writer),
    close() {
      writers.close();
      beats.close();
    },
  };
}
