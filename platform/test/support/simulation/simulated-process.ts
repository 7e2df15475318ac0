import type { AppName } from '@rocket/schema';
import type { Commit } from './simulated-database.ts';
import { publishCommit, type Surroundings, say, settleWriter } from './simulated-statements.ts';

interface Writer {
  readonly name: string;
  readonly app: AppName;
  isEntered: boolean;
  usedAt: number;
}

const BEAT_MS = 250;
const IDLE_MS = 1_000;
/** Less than a slow answer takes, so that an outcome becomes known after it was given up too. */
const UNKNOWN_MS = 1_500;

/** A shard process as ADR 16 describes it, or with one thing done wrong. */
export class SimulatedProcess {
  readonly name: string;
  /** Writers that were announced, and are not known to be closed. */
  readonly announced = new Map<string, AppName>();
  readonly #surroundings: Surroundings;
  readonly #writers = new Map<AppName, Writer>();
  /** Commits that were sent and are not known to be on the stream, with their writers. */
  readonly #unresolved = new Map<string, string>();
  readonly #timers: readonly NodeJS.Timeout[];
  #moment: { readonly since: number; readonly pending: ReadonlyMap<string, string> } | null = null;
  #latest = 0;
  #isAlive = true;
  #pausedUntil = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.name = surroundings.draw('p');
    const beat = this.#own(() => this.#beat());
    const endIdle = this.#own(() => this.#endIdle());
    this.#timers = [setInterval(beat, BEAT_MS), setInterval(endIdle, IDLE_MS)];
  }

  /** A writer is announced, or about to be, and not entered yet. */
  get isOpening(): boolean {
    return [...this.#writers.values()].some(({ isEntered }) => !isEntered);
  }

  /** Commits a change of the app, or opens a writer first. */
  write(app: AppName): void {
    this.#own(() => {
      const writer = this.#writers.get(app);
      if (writer === undefined) this.#open(app);
      else if (writer.isEntered) this.#commit(writer);
    })();
  }

  /** Dead. Commits and messages that were sent still take effect. */
  kill(): void {
    this.#isAlive = false;
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Stopped, and later continued. */
  pause(ms: number): void {
    this.#pausedUntil = performance.now() + ms;
  }

  /** A callback of the process: not after its death, and not while it is stopped. */
  #own<T extends unknown[]>(run: (...values: T) => void): (...values: T) => void {
    const guarded = (...values: T): void => {
      const wait = this.#pausedUntil - performance.now();
      if (wait > 0) setTimeout(() => guarded(...values), wait);
      else if (this.#isAlive) run(...values);
    };
    return guarded;
  }

  #takeMoment(since: number): void {
    this.#latest = Math.max(this.#latest, since);
    this.#moment = { since, pending: new Map(this.#unresolved) };
  }

  #beat(): void {
    if (this.#moment === null) return;
    const { mistake, shard } = this.#surroundings;
    const { since: before, pending } = this.#moment;
    const since = mistake === 'claims_now' ? this.#latest : before;
    const late = [...pending].filter(([id]) => this.#unresolved.has(id)).map(([, writer]) => writer);
    const statement = { kind: 'beat', process: this.name, shard, since, behind: [...new Set(late)] } as const;
    const stored = this.#own((position: number) => this.#takeMoment(position));
    say(this.#surroundings, statement, stored);
  }

  #open(app: AppName): void {
    const { draw, database, mistake } = this.#surroundings;
    const writer = { name: draw('w'), app, isEntered: false, usedAt: performance.now() };
    this.#writers.set(app, writer);
    const begin = (): void => {
      writer.isEntered = true;
      this.#commit(writer);
    };
    const enter = (onDone: () => void): void => database.enter(writer.name, this.#own(onDone));
    if (mistake !== 'opens_late') {
      this.#announce(writer, () => enter(begin));
      return;
    }
    enter(() => {
      begin();
      this.#announce(writer, () => undefined);
    });
  }

  #announce({ name, app }: Writer, onStored: () => void): void {
    const { shard } = this.#surroundings;
    this.announced.set(name, app);
    const stored = (position: number): void => {
      if (this.#moment === null) this.#takeMoment(position);
      onStored();
    };
    say(
      this.#surroundings,
      { kind: 'open', app, writer: name, process: this.name, shard },
      this.#own(stored),
    );
  }

  #commit(writer: Writer): void {
    const { database, draw, mistake } = this.#surroundings;
    const id = draw('c');
    writer.usedAt = performance.now();
    if (mistake !== 'ignores_in_flight') this.#unresolved.set(id, writer.name);
    const giveUp = this.#own(() => this.#end(writer));
    const timer = setTimeout(giveUp, UNKNOWN_MS);
    const done = (commit: Commit | null): void => {
      clearTimeout(timer);
      if (commit !== null) {
        this.#publish(commit);
        return;
      }
      this.#unresolved.delete(id);
      this.#forget(writer);
    };
    database.commit({ id, app: writer.app, writer: writer.name }, this.#own(done));
  }

  #publish(commit: Commit): void {
    this.#unresolved.set(commit.id, commit.writer);
    const stored = (position: number): void => {
      this.#latest = Math.max(this.#latest, position);
      this.#unresolved.delete(commit.id);
    };
    publishCommit(this.#surroundings.connection, commit, this.#own(stored));
  }

  #forget(writer: Writer): void {
    if (this.#writers.get(writer.app) === writer) this.#writers.delete(writer.app);
  }

  #end(writer: Writer): void {
    this.#forget(writer);
    const { name, app } = writer;
    const closed = (): void => {
      this.announced.delete(name);
      for (const [id, of] of this.#unresolved) if (of === name) this.#unresolved.delete(id);
    };
    const settled = { writer: name, app, process: this.name, by: this.name };
    settleWriter(this.#surroundings, settled, this.#own(closed));
  }

  #endIdle(): void {
    const waiting = new Set(this.#unresolved.values());
    for (const writer of this.#writers.values()) {
      const isIdle = writer.isEntered && performance.now() - writer.usedAt > IDLE_MS;
      if (isIdle && !waiting.has(writer.name)) this.#end(writer);
    }
  }
}
