import type { AppName, ShardName, WriterOpened } from '@rocket/schema';

export interface Process {
  readonly name: string;
  readonly writers: Set<Writer>;
  /** When it was last heard, by the follower's clock. */
  heardAtMs: number;
}

export interface AppWriters {
  readonly writers: Set<Writer>;
  /** What was proven stays proven, whatever new writers have not claimed yet. */
  provenAt: number;
}

export interface Writer {
  readonly app: AppName;
  readonly writer: string;
  readonly shard: ShardName;
  readonly process: Process;
  /** Position of its last `open`. */
  openedAt: number;
  /** Greatest `since` that holds for it. */
  claim: number;
}

/** An `open` claims nothing: it may be one that was said again, by a writer with changes that are not published yet. */
export const NO_CLAIM = -1;

/** The open writers, by their own name, by process and by app; processes and apps are there as long as they have any. */
export interface WriterRegister {
  readonly writers: ReadonlyMap<string, Writer>;
  readonly processes: ReadonlyMap<string, Process>;
  readonly apps: ReadonlyMap<AppName, AppWriters>;
  /** @param first what holds for process and app when it is their first writer */
  add(statement: WriterOpened, openedAt: number, first: { heardAtMs: number; provenAt: number }): void;
  remove(writer: Writer): void;
}

export function createWriterRegister(): WriterRegister {
  const writers = new Map<string, Writer>();
  const processes = new Map<string, Process>();
  const apps = new Map<AppName, AppWriters>();
  return {
    writers,
    processes,
    apps,
    add(statement, openedAt, { heardAtMs, provenAt }) {
      const { app, shard, writer: name } = statement;
      const process = processes.get(statement.process) ?? {
        name: statement.process,
        writers: new Set(),
        heardAtMs,
      };
      const ofApp = apps.get(app) ?? { writers: new Set(), provenAt };
      const writer: Writer = { app, writer: name, shard, process, openedAt, claim: NO_CLAIM };
      writers.set(name, writer);
      processes.set(process.name, process);
      process.writers.add(writer);
      apps.set(app, ofApp);
      ofApp.writers.add(writer);
    },
    remove(writer) {
      const { app, process } = writer;
      writers.delete(writer.writer);
      process.writers.delete(writer);
      if (process.writers.size === 0) processes.delete(process.name);
      const ofApp = apps.get(app);
      ofApp?.writers.delete(writer);
      if (ofApp?.writers.size === 0) apps.delete(app);
    },
  };
}
