/** Which subscriber has been told of which change, and when. */
import { setTimeout as sleep } from 'node:timers/promises';
import { unixMs } from '../measure/unix-ms.ts';
import type { Told } from './told.ts';

const POLL_MS = 5;

/** Unix times in ms, with their fraction. */
export interface ChangeTimes {
  /** By subscriber; 0 for one who was not told. */
  readonly toldAt: Float64Array;
  toldTo: number;
  /** Of the transaction, as subscribers are told; 0 until the first is. */
  begunAt: number;
  /** When the answer to the writer was there; 0 until then. */
  answeredAt: number;
}

export class Arrivals {
  readonly #subscribers: number;
  readonly #changes = new Map<string, ChangeTimes>();
  #told = 0;
  #twice = 0;
  #lastAt = unixMs();

  /** @param subscribers who are numbered from 0 */
  constructor(subscribers: number) {
    this.#subscribers = subscribers;
  }

  get changes(): readonly ChangeTimes[] {
    return [...this.#changes.values()];
  }

  /** Messages, without those that told something again. */
  get told(): number {
    return this.#told;
  }

  get twice(): number {
    return this.#twice;
  }

  /** Messages that did not come. */
  get lost(): number {
    return this.#changes.size * this.#subscribers - this.#told;
  }

  /** Unix time in ms of the last message, or of the beginning. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Makes a change of a record that has not been changed before. */
  async change(id: string, write: (id: string) => Promise<void>): Promise<ChangeTimes> {
    const times = { toldAt: new Float64Array(this.#subscribers), toldTo: 0, begunAt: 0, answeredAt: 0 };
    this.#changes.set(id, times);
    await write(id);
    times.answeredAt = unixMs();
    return times;
  }

  /** @returns false when nobody has made such a change */
  take({ subscriber, id, at }: Told): boolean {
    const times = this.#changes.get(id);
    if (times === undefined || subscriber >= this.#subscribers) return false;
    if (times.toldTo === 0) times.begunAt = Date.parse(at);
    if (times.toldAt[subscriber] !== 0) {
      this.#twice += 1;
      return true;
    }
    this.#lastAt = unixMs();
    times.toldAt[subscriber] = this.#lastAt;
    times.toldTo += 1;
    this.#told += 1;
    return true;
  }

  /** True while more messages are missing than these, unless nothing has come for a while. */
  isBehind(most: number, patienceMs: number): boolean {
    return this.lost > most && unixMs() - this.#lastAt < patienceMs;
  }

  /** Resolves when everybody has been told of everything, or when nothing has come for a while. */
  async settled(patienceMs: number): Promise<void> {
    while (this.isBehind(0, patienceMs)) await sleep(POLL_MS);
  }
}
