/** Random reads and writes on an installation, while something happens to it, and what came of them. */
import { isDeepStrictEqual } from 'node:util';
import { until } from '../../harness/until.ts';
import type { AppKey, TableName } from './checked-apps.ts';
import type { CheckedInstallation } from './checked-installation.ts';
import { NO_ROWS, type Reader } from './checked-state.ts';
import type { MakeQuestion, Subjects } from './question.ts';
import { QUESTIONS_OF_CRM } from './questions-of-crm.ts';
import { QUESTIONS_OF_SHOP } from './questions-of-shop.ts';
import { type Asked, hits, ReadLanes } from './read-lanes.ts';
import { type Chance, seededChance } from './seeded-random.ts';
import { Tokens } from './seen-tokens.ts';
import { Timeline } from './timeline.ts';
import { startWriteLane, type WriteLane } from './write-lane.ts';
import { WRITES_OF_CRM } from './writes-of-crm.ts';
import { WRITES_OF_SHOP } from './writes-of-shop.ts';

const APPS = ['crm', 'shop'] as const;
const KINDS_OF_WRITES = { crm: WRITES_OF_CRM, shop: WRITES_OF_SHOP };
const KINDS_OF_QUESTIONS: readonly MakeQuestion[] = [...QUESTIONS_OF_CRM, ...QUESTIONS_OF_SHOP];
/** Records that are there when reading begins, about. */
const FIRST_WRITES = 50;
const POOL = 12;
const LABELS = 5;
/** Of each kind so many questions are asked, each by one reader. */
const QUESTIONS_PER_KIND = 3;
const ROLES = { seller: ['seller'], both: ['seller', 'scorer'], sales: ['sales'], scorer: ['scorer'] };
const NOBODY: Reader = { name: 'nobody', userId: null, roles: [], isAdmin: false, tokens: null };

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
  readonly #pools: Readonly<Record<'customer' | 'label' | 'order', readonly string[]>>;
  readonly #timelines = { crm: new Timeline(NO_ROWS), shop: new Timeline(NO_ROWS) };
  readonly #tokens = new Tokens();

  private constructor(installation: CheckedInstallation, chance: Chance, readers: readonly Reader[]) {
    this.#installation = installation;
    this.#chance = chance;
    this.#readers = readers;
    const pool = (size: number) => Array.from({ length: size }, () => chance.uuid());
    this.#pools = { customer: pool(POOL), label: pool(LABELS), order: pool(POOL) };
  }

  /** With some records. */
  static async open(installation: CheckedInstallation, seed: number): Promise<CheckedLoad> {
    const signedIn = Object.entries(ROLES).map(([name, roles]) => installation.reader(name, roles));
    const readers = [installation.admin, NOBODY, ...(await Promise.all(signedIn))];
    const load = new CheckedLoad(installation, seededChance(seed), readers);
    const lanes = load.#startWriting();
    await until(() => lanes.every(({ made, refused }) => made >= FIRST_WRITES || refused.size > 0));
    for (const lane of lanes) await lane.stop();
    const refused = lanes.flatMap((lane) => [...lane.refused.keys()]);
    if (refused.length > 0) throw new Error(`The first writes were refused: ${refused.join('; ')}`);
    return load;
  }

  /** Reads and writes while `during` goes on, then asks all once more and compares what is stored. */
  async run(during: (reads: ReadLanes) => Promise<void>): Promise<Outcome> {
    const reading = this.#startReading();
    const lanes = this.#startWriting();
    try {
      await during(reading);
    } finally {
      for (const lane of lanes) await lane.stop();
      await reading.stop();
    }
    await reading.sweep();
    return this.#outcome(reading, lanes, await this.#differences());
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
      ...{ installation: this.#installation, timelines: this.#timelines, tokens: this.#tokens },
      ...{
        chance: isolated,
        questions: questions.toSorted((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0)),
      },
    });
  }

  /** Chance of its own for each part, as they come about in an order that no seed repeats. */
  #draw(): { isolated: Chance; subjects: Subjects } {
    const isolated = seededChance(this.#chance.below(2 ** 32));
    const { crm } = this.#timelines;
    const ids: Subjects['ids'] = (table) => {
      const pool = table === 'note' ? [...crm.newest.note.keys()].slice(0, POOL) : this.#pools[table];
      return isolated.oneOf(pool) ?? isolated.uuid();
    };
    return { isolated, subjects: { chance: isolated, ids } };
  }

  #startWriting(): readonly WriteLane[] {
    return APPS.map((app) => {
      const chance = seededChance(this.#chance.below(2 ** 32));
      const timeline = this.#timelines[app];
      return startWriteLane({
        ...{ app, chance, timeline, installation: this.#installation, tokens: this.#tokens },
        ...{ kinds: KINDS_OF_WRITES[app], admin: this.#installation.admin },
        owners: Object.keys(ROLES).map((name) => `user-${name}`),
        customers: this.#pools.customer,
        spare: (table) => chance.oneOf(this.#idsOf(table).filter((id) => !timeline.newest[table].has(id))),
      });
    });
  }

  #idsOf(table: TableName): readonly string[] {
    return table === 'customer' || table === 'label' || table === 'order' ? this.#pools[table] : [];
  }

  async #differences(): Promise<readonly string[]> {
    const differing: string[] = [];
    for (const app of APPS) {
      const stored = await this.#installation.read(app);
      const written = this.#timelines[app].newest;
      for (const table of Object.keys(stored) as TableName[]) {
        for (const id of new Set([...stored[table].keys(), ...written[table].keys()])) {
          const [has, should] = [stored[table].get(id), written[table].get(id)];
          if (!isDeepStrictEqual(has, should)) differing.push(JSON.stringify({ table, has, should }));
        }
      }
    }
    return differing;
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
