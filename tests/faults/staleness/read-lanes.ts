/** Asks both gateways all the time, and judges every answer by the timelines of the apps. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from '../support/checked/checked-access.ts';
import type { AppKey } from '../support/checked/checked-apps.ts';
import { type Reader, Sight } from '../support/checked/checked-state.ts';
import type { Chance } from '../support/checked/seeded-random.ts';
import type { SeenToken, Tokens } from '../support/checked/seen-tokens.ts';
import type { Misfit, Timeline } from '../support/checked/timeline.ts';
import type { CheckedInstallation } from './checked-installation.ts';
import type { Question } from './question.ts';

export interface Asked {
  readonly question: Question;
  readonly reader: Reader;
}

export interface ReadLanesOptions {
  readonly installation: CheckedInstallation;
  readonly timelines: Readonly<Record<AppKey, Timeline>>;
  readonly tokens: Tokens;
  readonly chance: Chance;
  /** The first are asked more often. */
  readonly questions: readonly Asked[];
}

/** One answer. */
interface Read {
  readonly atMs: number;
  readonly gateway: number;
  readonly apps: ReadonlySet<AppKey>;
  /** `hit; memory`, `miss; new` ... */
  readonly cache: string;
}

const LANES_PER_GATEWAY = 4;
const PAUSE_MS = 3;
const TOKEN_SHARE = 0.3;
/** Enough to see what is wrong; of each question only the first. */
const MAX_WRONG = 10;

export class ReadLanes {
  /** By the question. */
  readonly #wrong = new Map<string, string>();
  /** Answers with errors, by what they say, with how often. */
  readonly refused = new Map<string, number>();
  readonly reads: Read[] = [];
  readonly #options: ReadLanesOptions;
  readonly #ended: Promise<unknown>;
  #isStopped = false;

  constructor(options: ReadLanesOptions) {
    this.#options = options;
    const lanes = [0, 1].flatMap((gateway) =>
      Array.from({ length: LANES_PER_GATEWAY }, () => this.#run(gateway)),
    );
    this.#ended = Promise.all(lanes);
  }

  /** What is wrong with answers. */
  get wrong(): readonly string[] {
    return [...this.#wrong.values()];
  }

  /** Answers since then, of one gateway and about one app where these are named. */
  since(atMs: number, { gateway, app }: { gateway?: number; app?: AppKey } = {}): readonly Read[] {
    return this.reads.filter(
      (read) =>
        read.atMs > atMs &&
        (gateway === undefined || read.gateway === gateway) &&
        (app === undefined || read.apps.has(app)),
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  /** Every question by every reader at both gateways, once. */
  async sweep(): Promise<void> {
    for (const asked of this.#options.questions) {
      await Promise.all([0, 1].map((gateway) => this.#read(gateway, asked, null)));
    }
  }

  async #run(gateway: number): Promise<void> {
    const { chance, questions, tokens } = this.#options;
    while (!this.#isStopped) {
      const asked = questions[Math.floor(questions.length * chance.next() ** 2)];
      const token = chance.isIn(TOKEN_SHARE) ? tokens.pick(chance) : null;
      if (asked !== undefined) await this.#read(gateway, asked, token);
      await sleep(PAUSE_MS);
    }
  }

  async #read(gateway: number, asked: Asked, token: SeenToken | null): Promise<void> {
    const { question, reader } = asked;
    const { graph, query, variables } = question;
    const startMs = performance.now();
    const reply = await this.#options.installation.ask({
      ...{ gateway, graph, reader, query, variables, token: token?.token ?? null },
    });
    const endMs = performance.now();
    if (reply.fault !== null || reply.data === null) {
      const fault = reply.fault ?? `status ${reply.status}`;
      this.refused.set(fault, (this.refused.get(fault) ?? 0) + 1);
      return;
    }
    const { timelines } = this.#options;
    const parts = question.parts(reply.data['it']);
    this.reads.push({ atMs: endMs, gateway, apps: new Set(parts.map(({ app }) => app)), cache: reply.cache });
    for (const { app, actual, expected } of parts) {
      const least = token?.least[app] ?? 0;
      const misfit = timelines[app].judge({ startMs, endMs, least }, actual, (state) =>
        expected(new Sight(state, reader)),
      );
      if (misfit !== null)
        this.#accuse({ gateway, app, reader: reader.name, query, variables, ...misfit }, reply);
    }
  }

  #accuse(
    facts: Misfit & { readonly query: string; readonly [fact: string]: unknown },
    { cache, age }: Reply,
  ): void {
    if (this.#wrong.size >= MAX_WRONG || this.#wrong.has(facts.query)) return;
    this.#wrong.set(facts.query, JSON.stringify({ cache, age, ...facts }));
  }
}

export function hits(reads: readonly Pick<Read, 'cache'>[]): number {
  return reads.filter(({ cache }) => cache.startsWith('hit')).length;
}
