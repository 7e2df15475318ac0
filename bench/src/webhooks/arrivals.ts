/** How fast deliveries come in, from one of them to the last, and what that costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Busy, boundBy, busyBetween, type Parts, readParts } from './busy.ts';
import { sign, signingKey } from './signature.ts';
import type { Sink } from './sink.ts';
import type { Sample } from './sink-control.ts';

/** When nothing has come for so long, what is missing is lost. */
const PATIENCE_MS = 30_000;
const POLL_MS = 25;

export interface Arrivals {
  /** Those that were measured. */
  readonly deliveries: number;
  /** From the first of these to the last. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly busy: readonly Busy[];
  readonly boundBy: string;
  /** Requests beyond the first of a delivery. */
  readonly repeated: number;
  /** Signatures that were checked; one that is wrong ends the run. */
  readonly checked: number;
}

export interface ArrivalOptions {
  readonly sink: Sink;
  /** That many come first, while what is new to a process is compiled. */
  readonly warmUp: number;
  readonly parts: Parts;
  /** Whether all has come, and is stored. @param arrived distinct deliveries */
  readonly isDone: (arrived: number) => Promise<boolean>;
  /** By the addresses of receivers. */
  readonly secrets: () => Promise<ReadonlyMap<string, string>>;
}

/** Since the sink has forgotten what was before. Resolves when all is done. */
export async function measureArrivals(options: ArrivalOptions): Promise<Arrivals> {
  const { sink, warmUp, parts, isDone, secrets } = options;
  const begun = await untilArrived(sink, async (arrived) => arrived > warmUp);
  const before = await readParts(parts);
  const ended = await untilArrived(sink, isDone);
  const after = await readParts(parts);
  const { arrivals, samples } = await sink.received();
  const { repeated } = await sink.count();
  const times = arrivals.map(([, atMs]) => atMs);
  const seconds = ((times[ended - 1] ?? 0) - (times[warmUp] ?? 0)) / 1_000;
  const deliveries = ended - warmUp;
  const busy = busyBetween(before, after, ended - begun);
  return {
    ...{ deliveries, seconds, perSecond: deliveries / seconds, busy, repeated },
    boundBy: boundBy(busy, parts.sender.length),
    checked: checkSignatures(sink, samples, await secrets()),
  };
}

/** @returns how many have arrived then */
async function untilArrived(sink: Sink, isEnough: (arrived: number) => Promise<boolean>): Promise<number> {
  let last = 0;
  let lastAtMs = performance.now();
  for (;;) {
    const { distinct } = await sink.count();
    if (await isEnough(distinct)) return distinct;
    if (distinct > last) lastAtMs = performance.now();
    last = distinct;
    if (performance.now() - lastAtMs > PATIENCE_MS)
      throw new Error(`Nothing came any more after ${distinct} deliveries`);
    await sleep(POLL_MS);
  }
}

/** @throws Error for a signature that is not that of the receiver's secret */
function checkSignatures(
  sink: Sink,
  samples: readonly Sample[],
  secrets: ReadonlyMap<string, string>,
): number {
  for (const sample of samples) {
    const secret = secrets.get(sink.url(sample.path));
    if (secret === undefined || sign(signingKey(secret), sample) !== sample.signature)
      throw new Error(`The signature of the delivery ${sample.id} is wrong`);
  }
  return samples.length;
}
