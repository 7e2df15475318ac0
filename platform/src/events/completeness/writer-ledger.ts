import type { AppName, Beat, ShardName, WriterClosed, WriterOpened } from '@rocket/schema';
import { NEVER } from './probe-trail.ts';
import { createWriterRegister, NO_CLAIM, type Writer, type WriterRegister } from './writer-register.ts';

/** A writer that has said `open` and not yet `closed`. */
export interface OpenWriter {
  readonly app: AppName;
  readonly writer: string;
  readonly process: string;
  readonly shard: ShardName;
  /** By the follower's clock: when its process was last heard, or became known. */
  readonly heardAtMs: number;
}

/** What the writers have said, and up to when each app is therefore known. */
export interface WriterLedger {
  /** @param position of the statement; one that is older than what is known of the writer does nothing */
  open(statement: WriterOpened, position: number): void;
  close(statement: WriterClosed, position: number): void;
  beat(statement: Beat, position: number): void;
  /** Time up to which all changes of the app have been delivered; undefined when the app has no writer. */
  provenAt(app: AppName): number | undefined;
  /** From now on statements come in their order. */
  caughtUp(): void;
  /** Positions mean nothing any more, and old statements can come again. The writers stay, and nothing is claimed. */
  voidPositions(): void;
  writers(): OpenWriter[];
}

interface LedgerOptions {
  readonly now: () => number;
  /** Time up to which an app without writers is known. */
  readonly provenWithoutWriters: () => number;
  /** Time up to which an app is known whose writers all claim `position`. */
  readonly provenByClaim: (position: number) => number;
}

export function createWriterLedger(options: LedgerOptions): WriterLedger {
  const { now, provenWithoutWriters, provenByClaim } = options;
  const register = createWriterRegister();
  /** Where writers ended; null when no older `open` of theirs can come any more. */
  let ended: Map<string, number> | null = new Map();

  function heard(name: string): void {
    const process = register.processes.get(name);
    if (process !== undefined) process.heardAtMs = now();
  }

  function prove(app: AppName): void {
    const ofApp = register.apps.get(app);
    if (ofApp === undefined) return;
    let claim = Number.POSITIVE_INFINITY;
    for (const writer of ofApp.writers) claim = Math.min(claim, writer.claim);
    ofApp.provenAt = Math.max(ofApp.provenAt, provenByClaim(claim));
  }

  return {
    open(statement, position) {
      heard(statement.process);
      if ((ended?.get(statement.writer) ?? NO_CLAIM) >= position) return;
      const known = register.writers.get(statement.writer);
      if (known !== undefined) known.openedAt = Math.max(known.openedAt, position);
      else register.add(statement, position, { heardAtMs: now(), provenAt: provenWithoutWriters() });
    },
    close(statement, position) {
      heard(statement.by);
      ended?.set(statement.writer, position);
      const writer = register.writers.get(statement.writer);
      if (writer === undefined || writer.openedAt > position) return;
      register.remove(writer);
      prove(writer.app);
    },
    beat({ process: name, since, behind }, position) {
      heard(name);
      // A beat cannot know its own position or a later one, unless it speaks of a stream that has been replaced.
      if (since >= position) return;
      const unclaimed = new Set(behind);
      for (const writer of register.processes.get(name)?.writers ?? []) {
        if (since <= writer.claim || unclaimed.has(writer.writer)) continue;
        writer.claim = since;
        prove(writer.app);
      }
    },
    provenAt: (app) => register.apps.get(app)?.provenAt,
    caughtUp() {
      ended = null;
    },
    voidPositions() {
      ended = new Map();
      voidClaims(register);
    },
    writers: () => [...register.writers.values()].map(describe),
  };
}

function voidClaims({ writers, apps }: WriterRegister): void {
  for (const writer of writers.values()) {
    writer.openedAt = 0;
    writer.claim = NO_CLAIM;
  }
  for (const ofApp of apps.values()) ofApp.provenAt = NEVER;
}

function describe({ app, writer, process, shard }: Writer): OpenWriter {
  return { app, writer, process: process.name, shard, heardAtMs: process.heardAtMs };
}
