/**
 * Moves apps between shards: one part of a worker process. Of all movers one has a move, by a lease; when it dies, another
 * one goes on at the step that was recorded last.
 */
import { randomUUID } from 'node:crypto';
import {
  type Catalog,
  type CatalogView,
  isPostgresError,
  type Logger,
  type MoveRecord,
  within,
} from '@rocket/platform';
import { type AppName, isMoveDecided, isMoveOver, type ShardName, writesWait } from '@rocket/schema';
import { createStatements, type Statements } from '../outbox/writers/statements.ts';
import { MoverReplaced } from './barrier/write-barrier.ts';
import { HeldMove, LEASE_SECONDS, MoveGivenUp, MoverStops } from './held-move.ts';
import { type RunParts, runOnSides } from './run-on-sides.ts';

/** Moves of one process at once. Postgres does most of the work. */
const MAX_MOVES = 4;
/** Movers that have died are noticed so, and former databases that are not to be kept any more. */
const LOOK_MS = 500;
const FIRST_RETRY_SECONDS = 1;
const LONGEST_RETRY_SECONDS = 15;
/** What went well for so long makes a failure the first one. */
const FORGIVEN_MS = 120_000;

export interface MoverOptions extends Omit<RunParts, 'sayClosed'> {
  readonly catalog: Pick<Catalog, 'moves'>;
  readonly view: Pick<CatalogView, 'current' | 'refresh' | 'onChange'>;
  readonly logger: Logger;
}

export interface Mover {
  /** Takes no move any more, and leaves those that it has to others, where that can be. */
  close(graceMs: number): Promise<void>;
}

export function createMover(options: MoverOptions): Mover {
  return new Movers(options);
}

class Movers implements Mover {
  readonly #options: MoverOptions;
  readonly #name = `mover-${randomUUID().slice(0, 8)}`;
  readonly #held = new Map<HeldMove, Promise<void>>();
  /** By move: since when it gets no further, and how often it was tried. */
  readonly #stuck = new Map<
    string,
    { readonly sinceMs: number; readonly phase: string; lastMs: number; tries: number }
  >();
  readonly #statements = new Map<ShardName, Statements>();
  readonly #timer: NodeJS.Timeout;
  readonly #unlisten: () => void;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: MoverOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#unlisten = options.view.onChange(() => this.#look());
    this.#look();
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    this.#unlisten();
    clearInterval(this.#timer);
    await this.#looking;
    for (const move of this.#held.keys()) move.stop();
    await within(graceMs, Promise.all(this.#held.values()), () => undefined);
    for (const statements of this.#statements.values()) statements.close();
  }

  #look(): void {
    if (this.#isClosed || this.#looking !== null) return;
    // Each step of a switch changes the catalog, and writes wait for it.
    if ([...this.#held.keys()].some(({ record }) => writesWait(record.phase))) return;
    this.#looking = this.#claimAll()
      .catch((err: unknown) => this.#options.logger.warn({ err }, 'moves cannot be looked for at the moment'))
      .finally(() => {
        this.#looking = null;
      });
  }

  async #claimAll(): Promise<void> {
    const { catalog, logger } = this.#options;
    while (!this.#isClosed && this.#held.size < MAX_MOVES) {
      const record = await catalog.moves.claim(this.#name, LEASE_SECONDS);
      if (record === null) return;
      const move = new HeldMove(record, catalog.moves, logger.child({ move: record.id }));
      const running = this.#run(move).finally(() => {
        this.#held.delete(move);
        this.#look();
      });
      this.#held.set(move, running);
    }
  }

  async #run(move: HeldMove): Promise<void> {
    const { logger } = move;
    const { app } = move.record;
    let againInSeconds = 0;
    try {
      await runOnSides(move, { ...this.#options, sayClosed: this.#sayClosed });
      this.#stuck.delete(move.record.id);
    } catch (err) {
      if (err instanceof MoverReplaced) logger.info({ app }, 'somebody else goes on with a move');
      else if (!(err instanceof MoverStops)) {
        logger.warn({ err, app, phase: move.record.phase }, 'a step of a move failed; later once more');
        againInSeconds = await this.#failed(move, err);
      }
    }
    await move.giveBack(againInSeconds).catch((err: unknown) => {
      // The lease ends by itself.
      logger.warn({ err, app }, 'a move could not be given back');
    });
  }

  /** Notes what went wrong, and gives up a move that gets no further. @returns when to try again, in seconds */
  async #failed(move: HeldMove, error: unknown): Promise<number> {
    const { record, logger } = move;
    const { patienceMs } = this.#options.settings;
    const known = this.#stuck.get(record.id);
    const nowMs = performance.now();
    const goesOn = known?.phase === record.phase && nowMs - known.lastMs < FORGIVEN_MS;
    const stuck = goesOn ? known : { sinceMs: nowMs, lastMs: nowMs, phase: record.phase, tries: 0 };
    stuck.lastMs = nowMs;
    stuck.tries += 1;
    this.#stuck.set(record.id, stuck);
    const problem = error instanceof Error ? error.message : String(error);
    const isHopeless = isFinal(error, record) || nowMs - stuck.sinceMs > patienceMs;
    // While its writes wait, it has to be settled before it can end.
    const canEnd = !isMoveDecided(record.phase) && !isMoveOver(record.phase) && !writesWait(record.phase);
    try {
      if (isHopeless && canEnd && record.phase !== 'undoing')
        await move.advance({ phase: 'undoing', problem });
      else await move.advance({ phase: record.phase, note: problem, problem });
    } catch (err) {
      logger.warn({ err }, 'what is wrong with a move could not be noted');
    }
    return Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (stuck.tries - 1));
  }

  readonly #sayClosed = (shard: ShardName, writer: { app: AppName; writer: string; process: string }) =>
    this.#speaking(shard).settled(writer);

  #speaking(shard: ShardName): Statements {
    const known = this.#statements.get(shard);
    if (known !== undefined) return known;
    const made = createStatements({ shard, process: this.#name, bus: this.#options.bus });
    this.#statements.set(shard, made);
    return made;
  }
}

/** Features that a server does not have, statements that it does not know, rights that the user has not. */
const REFUSED = /^(0A|42)/;

/** The same will come of it again. While tables and indexes are made, a server that is too old for them is noticed. */
function isFinal(error: unknown, { phase }: MoveRecord): boolean {
  if (error instanceof MoveGivenUp) return true;
  const isMade = phase === 'preparing' || phase === 'indexing';
  return isMade && isPostgresError(error) && REFUSED.test(error.code);
}
