/** Random reads and writes on an installation, while something happens to it, and what came of them. */
import { until } from '../../harness/until.ts';
import type { AppKey } from '../support/checked/checked-apps.ts';
import { NOBODY, type Reader } from '../support/checked/checked-state.ts';
import { APPS, CheckedWrites, ROLES } from '../support/checked/checked-writes.ts';
import { type Chance, seededChance } from '../support/checked/seeded-random.ts';
import type { WriteLane } from '../support/checked/write-lane.ts';
import type { CheckedInstallation } from './checked-installation.ts';
import type { MakeQuestion, Subjects } from './question.ts';
import { QUESTIONS_OF_CRM } from './questions-of-crm.ts';
import { QUESTIONS_OF_SHOP } from './questions-of-shop.ts';
import { type Asked, hits, ReadLanes } from './read-lanes.ts';

const KINDS_OF_QUESTIONS: readonly MakeQuestion[] = [...QUESTIONS_OF_CRM, ...QUESTIONS_OF_SHOP];
/** Records that are there when reading begins, about. */
const FIRST_WRITES = 50;
/** Few enough that the same ones are asked for again. */
const ASKED_NOTES = 12;
/** Of each kind so many questions are asked, each by one reader. */
const QUESTIONS_PER_KIND = 3;

export interface Outcome {
  readonly reads: number;
  readonly hits: number;
  readonly writes: number;
  readonly hitsOf: Readonly<Record<string, number>>;
  /** What was answered with errors, and writes that were not acknowledged. */
  readonly refused: readonly (readonly [string, number])[];
  /** Answers that no moment allows, and differences between what was written and what is stored. */
  readonly wrong: readonly string[];
}

export class CheckedLoad {
  readonly #installation: CheckedInstallation;
  readonly #chance: Chance;
  readonly #readers: readonly Reader[];
  readonly #writes: CheckedWrites;

  private constructor(installation: CheckedInstallation, chance: Chance, readers: readonly Reader[]) {
    this.#installation = installation;
    this.#chance = chance;
    this.#readers = readers;
    this.#writes = new CheckedWrites(installation, chance);
  }

  /** With some records. */
  static async open(installation: CheckedInstallation, seed: number): Promise<CheckedLoad> {
    const signedIn = Object.entries(ROLES).map(([name, roles]) => installation.reader(name, roles));
    const readers = [installation.admin, NOBODY, ...(await Promise.all(signedIn))];
    const load = new CheckedLoad(installation, seededChance(seed), readers);
    await load.#writes.begin(FIRST_WRITES);
    return load;
  }

  /** Reads and writes while `during` goes on, then asks all once more and compares what is stored. */
  async run(during: (reads: ReadLanes) => Promise<void>): Promise<Outcome> {
    const reading = this.#startReading();
    const lanes = this.#writes.start();
    try {
      await during(reading);
    } finally {
      for (const lane of lanes) await lane.stop();
      await reading.stop();
    }
    await reading.sweep();
    return this.#outcome(reading, lanes, await this.#writes.differences());
  }

  #startReading(): ReadLanes {
    const { isolated, subjects } = this.#draw();
    const questions = KINDS_OF_QUESTIONS.flatMap((make) =>
      Array.from({ length: QUESTIONS_PER_KIND }, (): Asked | null => {
        const question = make(subjects);
        const reader = isolated.oneOf(this.#readers.filter(question.readers));
        return reader === null ? null : { question, reader };
      }),
    ).filter((asked) => asked !== null);
    const weights = new Map(questions.map((asked) => [asked, isolated.next()]));
    return new ReadLanes({
      ...{ installation: this.#installation, timelines: this.#writes.timelines, tokens: this.#writes.tokens },
      ...{
        chance: isolated,
        questions: questions.toSorted((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0)),
      },
    });
  }

  /** Chance of its own for each part, as they come about in an order that no seed repeats. */
  #draw(): { isolated: Chance; subjects: Subjects } {
    const isolated = seededChance(this.#chance.below(2 ** 32));
    const { pools, timelines } = this.#writes;
    const ids: Subjects['ids'] = (table) => {
      const pool =
        table === 'note' ? [...timelines.crm.newest.note.keys()].slice(0, ASKED_NOTES) : pools[table];
      return isolated.oneOf(pool) ?? isolated.uuid();
    };
    return { isolated, subjects: { chance: isolated, ids } };
  }

  #outcome(reading: ReadLanes, lanes: readonly WriteLane[], differences: readonly string[]): Outcome {
    const { reads } = reading;
    const layers = Map.groupBy(reads, ({ cache }) => cache);
    return {
      reads: reads.length,
      hits: hits(reads),
      writes: lanes.reduce((total, { made }) => total + made, 0),
      hitsOf: Object.fromEntries([...layers].map(([layer, of]) => [layer, of.length])),
      refused: [...reading.refused, ...lanes.flatMap(({ refused }) => [...refused])],
      wrong: [...reading.wrong, ...differences],
    };
  }
}

/** Resolves once answers about each app are kept again at both gateways, with the ms that it took. */
export async function hitsComeBack(reading: ReadLanes): Promise<number> {
  const sinceMs = performance.now();
  const come = ([0, 1] as const).flatMap((gateway) => APPS.map((app: AppKey) => ({ gateway, app })));
  await until(() => come.every((of) => hits(reading.since(sinceMs, of)) >= HITS_BACK));
  return Math.round(performance.now() - sinceMs);
}

const HITS_BACK = 20;
