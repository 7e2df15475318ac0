/** One move of the app during which something is killed or frozen, at a step that is chosen. */
import type { MoveRecord } from '@rocket/platform';
import type { MovePhase } from '@rocket/schema';
import { until } from '../../harness/until.ts';
import { MoveDriver } from './move-driver.ts';
import type { MoveInstallation, ShardKey } from './move-installation.ts';
import { lostWrites, MoveLoad } from './move-load.ts';
import { type Stop, stopBefore } from './phase-stop.ts';
import { WriteProbe } from './write-probe.ts';

export type Victim =
  | 'mover'
  | 'frozen mover'
  | 'source shard'
  | 'target shard'
  | 'source Postgres'
  | 'target Postgres';

export interface Fault {
  readonly victim: Victim;
  /** `begins`: the step was recorded just now. `ends`: all of it is done, and the next one is about to be recorded. */
  readonly when: 'begins' | 'ends';
  readonly phase: MovePhase;
}

export interface Outcome {
  readonly move: MoveRecord;
  readonly wrong: readonly string[];
  readonly refused: readonly (readonly [string, number])[];
  readonly acknowledged: number;
  /** Steps that were recorded, in their order. */
  readonly steps: string;
}

/** What is recorded when a step ends. */
const NEXT: Partial<Record<MovePhase, { readonly phase: MovePhase; readonly note: string | null }>> = {
  waiting: { phase: 'preparing', note: null },
  preparing: { phase: 'copying', note: null },
  copying: { phase: 'indexing', note: null },
  indexing: { phase: 'comparing', note: null },
  comparing: { phase: 'following', note: null },
  following: { phase: 'holding', note: null },
  holding: { phase: 'fenced', note: null },
  fenced: { phase: 'switched', note: null },
  switched: { phase: 'kept', note: null },
  kept: { phase: 'done', note: null },
};
const PER_SECOND = 60;

export class FaultedMoves {
  readonly #installation: MoveInstallation;
  readonly #driver: MoveDriver;
  /** Whether a lease of a mover that is dead is waited for. */
  readonly #waitsForLease: boolean;

  constructor(installation: MoveInstallation, { waitsForLease }: { readonly waitsForLease: boolean }) {
    this.#installation = installation;
    this.#driver = new MoveDriver(installation);
    this.#waitsForLease = waitsForLease;
  }

  /** Of the installation only one worker may run. Nothing is left of the move when it resolves. */
  async run(fault: Fault): Promise<Outcome> {
    const installation = this.#installation;
    const load = new MoveLoad({
      ...{ url: installation.graph(installation.gateway), token: installation.token },
      perSecond: PER_SECOND,
    });
    const probe = await WriteProbe.start(installation);
    try {
      const move = await this.#faulted(fault);
      await until(async () => (await load.create()).fault === null);
      await load.stop();
      const left = move.phase === 'kept' ? await this.#cleanedUp(move.id) : await this.#driver.left();
      const wrong = [
        ...left.map((what) => `${what} is left`),
        ...lostWrites(load.labels, await this.#driver.stored()),
        ...[...load.wrong, ...probe.wrong],
      ];
      const story = wrong.length > 0 ? [await this.#driver.story(move.id)] : [];
      const { acknowledged, refused } = load;
      const steps = (await this.#installation.catalog.moves.steps(move.id))
        .map(({ phase }) => phase)
        .join(' ');
      return { move, wrong: [...wrong, ...story], refused: [...refused], acknowledged, steps };
    } finally {
      await load.stop();
      await probe.stop();
    }
  }

  async #faulted(fault: Fault): Promise<MoveRecord> {
    const next = NEXT[fault.phase];
    if (next === undefined) throw new Error(`No move can be stopped in ${fault.phase}`);
    const { shard } = await this.#installation.place();
    const source: ShardKey = shard === 's1' ? 's1' : 's2';
    const stop = fault.when === 'ends' ? await stopBefore(this.#installation.catalogUrl, next) : null;
    try {
      const id = await this.#driver.request(await this.#driver.other());
      if (fault.phase === 'kept') {
        await this.#driver.ended(id);
        await this.#driver.expire(id);
      }
      await (stop === null ? this.#freezeAt(id, fault.phase) : stop.reached());
      await this.#injure({ fault, id, source, stop });
      const move = await this.#driver.ended(id);
      return fault.phase === 'kept' ? { ...move, phase: 'kept' } : move;
    } finally {
      await stop?.release();
    }
  }

  /** The mover is stopped as soon as it has recorded the phase, or taken over a move in it. */
  async #freezeAt(id: string, phase: MovePhase): Promise<void> {
    const note = phase === 'waiting' || phase === 'kept' ? 'taken over' : null;
    const text = `SELECT 1 FROM app_move_step WHERE move = $1::uuid AND phase = $2 AND note IS NOT DISTINCT FROM $3`;
    const untilMs = performance.now() + 30_000;
    while (performance.now() < untilMs) {
      const rows = await this.#installation.catalogDatabase.query({ text, values: [id, phase, note] });
      if (rows.length === 0) continue;
      this.#signal('SIGSTOP');
      return;
    }
    throw new Error(`The move is not ${phase}:\n${await this.#driver.story(id)}`);
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const mover = this.#installation.workers.at(-1);
    if (mover !== undefined) process.kill(mover.pid, signal);
  }

  async #injure({
    fault,
    id,
    source,
    stop,
  }: {
    readonly fault: Fault;
    readonly id: string;
    readonly source: ShardKey;
    readonly stop: Stop | null;
  }): Promise<void> {
    const { victim } = fault;
    if (victim === 'mover') {
      await this.#replaceMover(id);
    } else if (victim === 'frozen mover') {
      await this.#outliveMover(id, stop);
    } else {
      const target: ShardKey = source === 's1' ? 's2' : 's1';
      await this.#restart(victim, victim.startsWith('source') ? source : target);
      if (stop === null) this.#signal('SIGCONT');
    }
    await stop?.release();
  }

  async #restart(victim: Victim, key: ShardKey): Promise<void> {
    if (victim.endsWith('Postgres')) {
      const node = this.#installation.postgres[key];
      await node.kill();
      await node.start();
      return;
    }
    await this.#installation.shards[key].end('SIGKILL');
    await this.#installation.startShard(key);
  }

  async #replaceMover(id: string): Promise<void> {
    await this.#installation.workers.pop()?.end('SIGKILL');
    if (!this.#waitsForLease) {
      const text = `UPDATE app_move SET lease_until = '-infinity' WHERE id = $1::uuid`;
      // Its row may be locked by what the mover has left until that is released.
      void this.#installation.catalogDatabase.query({ text, values: [id] }).catch(() => undefined);
    }
    await this.#installation.startWorker();
  }

  /** It wakes when another one has ended the move. */
  async #outliveMover(id: string, stop: Stop | null): Promise<void> {
    const frozen = this.#installation.workers.pop();
    if (frozen === undefined) throw new Error('There is no mover');
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      await this.#installation.startWorker();
      await stop?.release();
      await this.#driver.ended(id);
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
      await frozen.end();
    }
  }

  async #cleanedUp(id: string): Promise<readonly string[]> {
    await this.#driver.expire(id);
    await this.#driver.until(id, ({ phase }) => phase === 'done');
    return await this.#driver.left();
  }
}
