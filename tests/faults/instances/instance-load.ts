/** Creates what starts workflows, and decides their approvals at random, some in the instant in which they time out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askGraphql } from '../../harness/graphql-client.ts';
import { type Chance, seededChance } from '../support/checked/seeded-random.ts';
import type { WorkerInstallation } from '../support/worker-installation.ts';
import type { Decision } from './checked-workflows.ts';
import type { Answered } from './instance-checker.ts';

const CREATE_EVERY_MS = 50;
const LOOK_EVERY_MS = 60;
const MAX_IN_FLIGHT = 32;
/** About its time, on either side of it. */
const NEAR_MS = 20;
/** Of approvals: how many are decided at once, by two at once, in the instant of their time-out; all others time out. */
const AT_ONCE = 0.35;
const BY_TWO = 0.55;
const IN_TIME = 0.8;

type How = 'approve' | 'reject';
const DECISION: Readonly<Record<How, Decision>> = { approve: 'approved', reject: 'rejected' };

export class InstanceLoad implements Answered {
  readonly created: string[] = [];
  readonly decided = new Map<string, Decision>();
  /** Approvals for which two decisions were taken. */
  readonly twice: string[] = [];
  /** Codes of what was refused, with how often. */
  readonly refused = new Map<string, number>();
  readonly #installation: Pick<WorkerInstallation, 'url' | 'token'>;
  readonly #chance: Chance;
  readonly #seen = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  #isCreating = true;
  #isDeciding = true;
  readonly #creating: Promise<void>;
  readonly #deciding: Promise<void>;

  constructor(installation: Pick<WorkerInstallation, 'url' | 'token'>, seed: number) {
    this.#installation = installation;
    this.#chance = seededChance(seed);
    this.#creating = this.#createAll();
    this.#deciding = this.#decideAll();
  }

  /** Nothing is created any more; approvals are decided still. */
  async stopCreating(): Promise<void> {
    this.#isCreating = false;
    await this.#creating;
  }

  async stop(): Promise<void> {
    await this.stopCreating();
    this.#isDeciding = false;
    await this.#deciding;
    await Promise.all(this.#running);
  }

  async #createAll(): Promise<void> {
    while (this.#isCreating) {
      if (this.#running.size < MAX_IN_FLIGHT) this.#run(this.#create());
      await sleep(CREATE_EVERY_MS);
    }
  }

  async #decideAll(): Promise<void> {
    const query = '{ pendingApprovals(assignee: ANYONE, limit: 200) { id dueAt } }';
    while (this.#isDeciding) {
      const pending = await this.#ask<{ id: string; dueAt: string }[]>(query, 'pendingApprovals');
      for (const each of pending ?? []) {
        if (this.#seen.has(each.id)) continue;
        this.#seen.add(each.id);
        this.#run(this.#decideOne(each));
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  #run(work: Promise<unknown>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #create(): Promise<void> {
    const mutation = 'mutation { it: createJob(input: { title: "t" }) { job { id } errors { code } } }';
    const it = await this.#ask<{ job: { id: string } | null; errors: { code: string }[] }>(mutation, 'it');
    if (it === null) return;
    if (it.job === null) this.#refuse(it.errors[0]?.code);
    else this.created.push(it.job.id);
  }

  async #decideOne({ id, dueAt }: { readonly id: string; readonly dueAt: string }): Promise<void> {
    const drawn = this.#chance.next();
    const how: How = this.#chance.isIn(0.5) ? 'approve' : 'reject';
    if (drawn < AT_ONCE) await this.#decide(id, how);
    else if (drawn < BY_TWO) await Promise.all([this.#decide(id, 'approve'), this.#decide(id, 'reject')]);
    else if (drawn < IN_TIME) {
      const awayMs = (this.#chance.next() * 2 - 1) * NEAR_MS;
      await sleep(Math.max(0, Date.parse(dueAt) - Date.now() + awayMs));
      await this.#decide(id, how);
    }
  }

  async #decide(id: string, how: How): Promise<void> {
    const mutation = `mutation { it: ${how}Step(id: "${id}") { errors { code } } }`;
    const it = await this.#ask<{ errors: { code: string }[] }>(mutation, 'it');
    if (it === null) return;
    const [error] = it.errors;
    if (error !== undefined) {
      this.#refuse(error.code);
      return;
    }
    if (this.decided.has(id)) this.twice.push(id);
    this.decided.set(id, DECISION[how]);
  }

  /** Null where there is no answer. */
  async #ask<T>(query: string, field: string): Promise<T | null> {
    const { url, token } = this.#installation;
    try {
      const { data, errors } = await askGraphql(url, query, { token, once: true });
      if (errors.length > 0) this.#refuse(errors[0]?.extensions?.code);
      return (data?.[field] ?? null) as T | null;
    } catch (error) {
      this.#refuse(error instanceof Error ? error.name : String(error));
      return null;
    }
  }

  #refuse(code = 'NONE'): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }
}
