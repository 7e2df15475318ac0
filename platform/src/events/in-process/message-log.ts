import type { OutgoingMessage, PublishOutcome, StreamMessage } from '../event-bus.ts';

export interface LogLimits {
  readonly maxMessages: number;
  /** Of the payloads and subjects. */
  readonly maxBytes: number;
  /** Of one payload. */
  readonly maxPayloadBytes: number;
}

/** Messages in memory, from `first` to `last`. The oldest leave when the bounds are reached. */
export interface MessageLog {
  readonly first: number;
  readonly last: number;
  /** How many there are. */
  readonly messages: number;
  /** Of their payloads and subjects. */
  readonly bytes: number;
  append(message: OutgoingMessage): PublishOutcome;
  at(position: number): StreamMessage | null;
  /** Position of the last message of each subject that `matches`, in order. */
  lastPerSubject(matches: (subject: string) => boolean): readonly number[];
}

const DUPLICATE_WINDOW_MS = 10 * 60_000;
/** Beyond it the oldest ids are forgotten early: the bus shares the memory of its process. */
const MAX_IDS = 500_000;

/** @param keepAfter messages after this position may not leave, and new ones are refused in their stead */
export function createMessageLog(limits: LogLimits, keepAfter: () => number): MessageLog {
  const messages = new Map<number, StreamMessage>();
  const ids = createRecentIds();
  let first = 1;
  let last = 0;
  let bytes = 0;

  function makeRoom(size: number): boolean {
    const kept = keepAfter();
    while (messages.size >= limits.maxMessages || bytes + size > limits.maxBytes) {
      const oldest = messages.get(first);
      if (oldest === undefined || first > kept) return false;
      messages.delete(first);
      bytes -= sizeOf(oldest);
      first += 1;
    }
    return true;
  }

  function append(message: OutgoingMessage): PublishOutcome {
    const known = ids.find(message.id);
    if (known !== null) return { ok: true, position: known, isDuplicate: true };
    const size = sizeOf(message);
    if (Buffer.byteLength(message.payload) > limits.maxPayloadBytes || size > limits.maxBytes) {
      return { ok: false, reason: 'too_large', error: new Error(`A message of ${size} bytes is too large`) };
    }
    if (!makeRoom(size)) {
      return {
        ok: false,
        reason: 'refused',
        error: new Error('The log is full of what was not consumed yet'),
      };
    }
    last += 1;
    bytes += size;
    const { subject, payload, id } = message;
    messages.set(last, Object.freeze({ subject, payload, id, position: last, storedAtMs: Date.now() }));
    ids.remember(id, last);
    return { ok: true, position: last, isDuplicate: false };
  }

  return {
    get first() {
      return first;
    },
    get last() {
      return last;
    },
    get messages() {
      return messages.size;
    },
    get bytes() {
      return bytes;
    },
    append,
    at: (position) => messages.get(position) ?? null,
    lastPerSubject(matches) {
      const positions = new Map<string, number>();
      for (const { subject, position } of messages.values()) {
        if (matches(subject)) positions.set(subject, position);
      }
      return [...positions.values()].sort((a, b) => a - b);
    },
  };
}

function createRecentIds() {
  const ids = new Map<string, { readonly position: number; readonly atMs: number }>();

  function forget(nowMs: number): void {
    for (const [id, { atMs }] of ids) {
      if (ids.size <= MAX_IDS && nowMs - atMs <= DUPLICATE_WINDOW_MS) return;
      ids.delete(id);
    }
  }

  return {
    find(id: string): number | null {
      forget(performance.now());
      return ids.get(id)?.position ?? null;
    },
    remember(id: string, position: number): void {
      ids.set(id, { position, atMs: performance.now() });
    },
  };
}

function sizeOf({ subject, payload }: { subject: string; payload: string }): number {
  return Buffer.byteLength(payload) + subject.length;
}
