/** Databases of apps in virtual time. A commit happens at some moment between its sending and its answer. */
import type { AppName } from '@rocket/schema';
import type { Chance } from './chance.ts';

const SLOW_MS = 1_200;

/** A row of the outbox, of a change that has been committed. */
export interface Commit {
  readonly id: string;
  readonly app: AppName;
  readonly writer: string;
  readonly committedAt: number;
  isMarked: boolean;
}

export interface SimulatedDatabase {
  readonly commits: readonly Commit[];
  /** The writer is entered, unless it has ended. */
  enter(writer: string, onDone: () => void): void;
  /** `onDone` is not called when the outcome does not become known. Null when the writer is not entered. */
  commit(change: { id: string; app: AppName; writer: string }, onDone: (commit: Commit | null) => void): void;
  /** The writer is removed; `onDone` gets the rows that may not be published yet. */
  settle(writer: string, onDone: (left: Commit[]) => void): void;
}

/** @param forgetful a writer that is settled before it was entered can be entered afterwards */
export function createSimulatedDatabase(chance: Chance, forgetful: boolean): SimulatedDatabase {
  const entered = new Set<string>();
  const ended = new Set<string>();
  const commits: Commit[] = [];

  /** What `happen` returns arrives later; sometimes the connection breaks before. */
  function ask<T>(happen: () => T, onDone: (result: T) => void, breaks = 0): void {
    setTimeout(() => {
      const result = happen();
      if (!chance.happens(breaks)) setTimeout(() => onDone(result), chance.delay(SLOW_MS));
    }, chance.delay(SLOW_MS));
  }

  return {
    commits,
    enter(writer, onDone) {
      ask(() => void (!ended.has(writer) && entered.add(writer)), onDone);
    },
    commit(change, onDone) {
      const happen = () => {
        if (!entered.has(change.writer)) return null;
        const commit = { ...change, committedAt: performance.now(), isMarked: false };
        commits.push(commit);
        return commit;
      };
      ask(happen, onDone, 0.02);
    },
    settle(writer, onDone) {
      const happen = () => {
        entered.delete(writer);
        if (!forgetful) ended.add(writer);
        return commits.filter((commit) => commit.writer === writer && !commit.isMarked);
      };
      ask(happen, onDone);
    },
  };
}
