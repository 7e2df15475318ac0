/** Processor time of the processes that take part, over a while. */
import { availableParallelism } from 'node:os';
import { type CpuReading, readCpu } from '../measure/cpu.ts';

const PARTS = ['sender', 'postgres', 'nats', 'sink'] as const;
export type Part = (typeof PARTS)[number];

/** The processes of each part, which count together. */
export type Parts = Readonly<Record<Part, readonly number[]>>;

export interface Reading {
  readonly atMs: number;
  readonly cpu: Readonly<Record<Part, CpuReading>>;
}

export interface Busy {
  readonly part: Part;
  /** Microseconds; null where the machine does not tell. */
  readonly perDelivery: number | null;
  /** Processors that it kept busy. */
  readonly cores: number | null;
}

export async function readParts(parts: Parts): Promise<Reading> {
  const [sender, postgres, nats, sink] = await Promise.all([
    readCpu(...parts.sender),
    readCpu(...parts.postgres),
    readCpu(...parts.nats),
    readCpu(...parts.sink),
  ]);
  return { atMs: performance.now(), cpu: { sender, postgres, nats, sink } };
}

export function busyBetween(before: Reading, after: Reading, deliveries: number): readonly Busy[] {
  return PARTS.map((part) => {
    const [from, to] = [before.cpu[part], after.cpu[part]];
    const ms = from === null || to === null ? null : to - from;
    return {
      part,
      perDelivery: ms === null ? null : (ms * 1_000) / deliveries,
      cores: ms === null ? null : ms / (after.atMs - before.atMs),
    };
  });
}

/** From which on a processor, or all of them, count as used up. */
const USED_UP = 0.85;

/** What there was not enough of, as far as it can be told. @param senders processes, each with one thread that does most */
export function boundBy(busy: readonly Busy[], senders: number): string {
  const coresOf = (each: Busy) => each.cores ?? 0;
  const most = busy.reduce((a, b) => (coresOf(b) > coresOf(a) ? b : a));
  const all = busy.reduce((sum, each) => sum + coresOf(each), 0);
  const sender = busy.find(({ part }) => part === 'sender');
  if (all === 0) return 'not known';
  if (all >= USED_UP * availableParallelism()) return `processors, most by ${most.part}`;
  if (sender !== undefined && coresOf(sender) >= USED_UP * senders) return 'sender';
  return 'others, or waiting';
}
