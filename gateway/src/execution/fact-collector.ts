/** What the shards told of their parts of one request's answer. */
import {
  type AppName,
  compareLsn,
  type Epoch,
  type Lsn,
  type Placed,
  type SubgraphAnswer,
  type TagGroup,
} from '@rocket/schema';

/** What was read from one app. */
export interface CollectedRead {
  readonly epoch: Epoch;
  /** The reads saw at least what was committed up to here; null for anything. */
  readonly lsn: Lsn | null;
  readonly entities: ReadonlySet<string>;
  readonly tags: readonly TagGroup[];
}

/** What one fetch of mutation fields has committed. */
export interface CollectedWrite {
  readonly at: Placed;
  /** Ids of events. */
  readonly events: readonly string[];
  readonly lsn: Lsn | null;
}

export interface MadeFetch {
  readonly at: Placed;
  readonly kind: 'read' | 'write';
  /** Position that the read had to see; undefined for any. */
  readonly minLsn: Lsn | undefined;
  readonly answer: SubgraphAnswer;
}

export class FactCollector {
  /** Shards are asked for facts; without them only positions of writes are collected. */
  readonly isAsking: boolean;
  readonly #reads = new Map<
    AppName,
    { epoch: Epoch; lsn: Lsn | null; entities: Set<string>; tags: TagGroup[] }
  >();
  readonly #writes: CollectedWrite[] = [];
  #isTold = true;
  #isLasting = true;
  #hasWritten = false;

  constructor({ isAsking }: { readonly isAsking: boolean }) {
    this.isAsking = isAsking;
  }

  get reads(): ReadonlyMap<AppName, CollectedRead> {
    return this.#reads;
  }

  get writes(): readonly CollectedWrite[] {
    return this.#writes;
  }

  /** False when some part of the answer came without facts. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** False when some part can change although nothing is written. */
  get isLasting(): boolean {
    return this.#isLasting;
  }

  /** True when a mutation was sent, whatever came of it. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** A mutation is about to be sent. */
  writing(): void {
    this.#hasWritten = true;
  }

  add({ at, kind, minLsn, answer }: MadeFetch): void {
    const { facts } = answer;
    if (kind === 'write') {
      const events = facts?.kind === 'write' ? facts.events : [];
      if (events.length > 0 || answer.lsn !== null) this.#writes.push({ at, events, lsn: answer.lsn });
    } else if (facts?.kind === 'read') {
      this.#isLasting &&= facts.isLasting;
      this.#read(at, { lsn: minLsn ?? null, entities: facts.entities, tags: facts.tags });
    } else this.#isTold = false;
  }

  #read(
    { app, epoch }: Placed,
    { lsn, entities, tags }: { lsn: Lsn | null; entities: readonly string[]; tags: readonly TagGroup[] },
  ): void {
    const read = this.#reads.get(app);
    if (read === undefined) {
      this.#reads.set(app, { epoch, lsn, entities: new Set(entities), tags: [...tags] });
      return;
    }
    // Read from two places, while the app moved: it cannot be said what the answer is of.
    if (read.epoch !== epoch) this.#isTold = false;
    if (read.lsn !== null && (lsn === null || compareLsn(lsn, read.lsn) < 0)) read.lsn = lsn;
    for (const entity of entities) read.entities.add(entity);
    read.tags.push(...tags);
  }
}
