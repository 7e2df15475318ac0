/** Clients that write and read labels of a moving app, and know what each write that was acknowledged has made. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { askOnce, type Reply } from './ask-once.ts';

/** What a record is by the last write that was acknowledged; `maybe` by one whose outcome is not known. */
export interface KnownLabel {
  counter: number | null;
  maybe?: number | null;
}

export interface MoveLoadOptions {
  /** URL of the app's graph. */
  readonly url: string;
  readonly token: string;
  readonly perSecond?: number;
  /** How many write and read by themselves; 10 when absent. */
  readonly lanes?: number | undefined;
}

const LANES = 10;
const PER_SECOND = 150;
const MS_PER_SECOND = 1_000;
/** One of so many requests is a write. */
const WRITE_EVERY = 5;
const MAX_WRONG = 10;

const CREATE =
  'mutation($id: ID!, $counter: Int!) { it: createLabel(input: { id: $id, name: "n", counter: $counter }) { errors { code message } } }';
const UPDATE =
  'mutation($id: ID!, $counter: Int!) { it: updateLabel(id: $id, patch: { counter: $counter }) { errors { code message } } }';
const DELETE = 'mutation($id: ID!) { it: deleteLabel(id: $id) { errors { code message } } }';
const ONE = 'query($id: ID!) { it: label(id: $id) { id counter } }';
const SOME = '{ it: labels(limit: 3) { id counter } }';

export class MoveLoad {
  /** By id. */
  readonly labels = new Map<string, KnownLabel>();
  /** Writes and reads that got no answer, by what was said in its place. */
  readonly refused = new Map<string, number>();
  readonly wrong: string[] = [];
  /** How long each took, in ms. */
  readonly waits = { write: [] as number[], read: [] as number[] };
  acknowledged = 0;
  readonly #options: MoveLoadOptions;
  readonly #ended: Promise<unknown>;
  #isStopped = false;

  constructor(options: MoveLoadOptions) {
    this.#options = options;
    const { lanes = LANES } = options;
    this.#ended = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#run(lane)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  /** Creates a record, whatever the lanes do. */
  async create(): Promise<Reply> {
    const id = randomUUID();
    return await this.#write(CREATE, id, 0);
  }

  /** Each lane has records of its own, so it knows what a record is before each write. */
  async #run(lane: number): Promise<void> {
    const own: string[] = [];
    const pauseMs = (LANES * MS_PER_SECOND) / (this.#options.perSecond ?? PER_SECOND);
    let after: string | null = null;
    for (let turn = lane; !this.#isStopped; turn += 1) {
      const beganMs = performance.now();
      if (turn % WRITE_EVERY === 0) after = await this.#writeNext(own, turn / WRITE_EVERY);
      else await this.#read(own.at(-1) ?? null, turn % WRITE_EVERY === 1 ? after : null);
      await sleep(Math.max(1, pauseMs - (performance.now() - beganMs)));
    }
  }

  async #writeNext(own: string[], turn: number): Promise<string | null> {
    const id = own.at(-1);
    const counter = id === undefined ? undefined : this.labels.get(id)?.counter;
    if (id === undefined || turn % 3 === 0 || typeof counter !== 'number') {
      const made = randomUUID();
      own.push(made);
      return (await this.#write(CREATE, made, 0)).token;
    }
    const { token } =
      turn % 7 === 0 ? await this.#write(DELETE, id, null) : await this.#write(UPDATE, id, counter + 1);
    // What is gone, or not known, is left alone.
    if (typeof this.labels.get(id)?.counter !== 'number' || this.labels.get(id)?.maybe !== undefined)
      own.pop();
    return token;
  }

  async #write(query: string, id: string, counter: number | null): Promise<Reply> {
    const known = this.labels.get(id) ?? { counter: null };
    this.labels.set(id, { ...known, maybe: counter });
    const beganMs = performance.now();
    const reply = await askOnce({ ...this.#options, query, variables: { id, counter }, after: null });
    this.waits.write.push(performance.now() - beganMs);
    if (reply.fault === null) {
      this.labels.set(id, { counter });
      this.acknowledged += 1;
    } else this.#refuse(`write: ${reply.fault}`);
    return reply;
  }

  /** @param after a token, for what the lane has written itself */
  async #read(id: string | null, after: string | null): Promise<void> {
    const known = id === null ? undefined : this.labels.get(id);
    const query = id === null || known === undefined || after === null ? SOME : ONE;
    const beganMs = performance.now();
    const reply = await askOnce({ ...this.#options, query, variables: { id }, after });
    this.waits.read.push(performance.now() - beganMs);
    if (reply.fault !== null) {
      this.#refuse(`read: ${reply.fault}`);
      return;
    }
    if (query !== ONE || known?.maybe !== undefined) return;
    const seen = (reply.it as { counter: number } | null)?.counter ?? null;
    if (seen !== known?.counter && this.wrong.length < MAX_WRONG)
      this.wrong.push(`${id} was read as ${seen} after it was ${known?.counter}, with a token`);
  }

  #refuse(fault: string): void {
    this.refused.set(fault, (this.refused.get(fault) ?? 0) + 1);
  }
}

/** What differs between the acknowledged writes and what is in the table: counters by id. */
export function lostWrites(
  labels: ReadonlyMap<string, KnownLabel>,
  stored: ReadonlyMap<string, number>,
): readonly string[] {
  return [...labels].flatMap(([id, known]) => {
    const now = stored.get(id) ?? null;
    if (now === known.counter || (known.maybe !== undefined && now === known.maybe)) return [];
    return [`label ${id} is ${now} and not ${JSON.stringify(known)}`];
  });
}

/** Longest waits and those of 95 of 100, in ms. */
export function waitsOf({ waits }: MoveLoad): Readonly<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [kind, all] of Object.entries(waits)) {
    const sorted = all.toSorted((a, b) => a - b);
    figures[`${kind}s`] = sorted.length;
    figures[`${kind}P95Ms`] = Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0);
    figures[`${kind}MaxMs`] = Math.round(sorted.at(-1) ?? 0);
  }
  return figures;
}
