import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  createDatabase,
  createLogger,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/index.ts';

export const logger = createLogger({ level: 'silent', name: 'test' });

const Started = z.object({ url: z.string(), pid: z.number() });

/** Servers and directories of one test, all gone after `dispose`. */
export class EmbeddedFixture {
  readonly #directories: string[] = [];
  readonly #servers: EmbeddedPostgres[] = [];
  readonly #processes: ChildProcess[] = [];

  /** Mode 0700, as mkdtemp makes them. */
  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'rocket-embedded-'));
    this.#directories.push(directory);
    return directory;
  }

  async start(
    dataDir: string,
    options: Omit<EmbeddedPostgresOptions, 'dataDir' | 'logger'> = {},
  ): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir, durable: false, logger, ...options });
    this.#servers.push(server);
    this.#directories.push(server.directory);
    return server;
  }

  /** The same in another process. */
  async startElsewhere(dataDir: string, ending: 'wait' | 'exit') {
    const script = fileURLToPath(new URL('./start-embedded.ts', import.meta.url));
    const child = spawn(process.execPath, [script, dataDir, ending], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    const ended = once(child, 'exit');
    const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
    return { ...Started.parse(JSON.parse(String(line))), child, ended };
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  async dispose(): Promise<void> {
    for (const child of this.#processes) child.kill('SIGKILL');
    await this.stopAll();
    await Promise.all(this.#directories.map((path) => rm(path, { recursive: true, force: true })));
  }
}

export async function query(url: string, text: string): Promise<readonly (readonly unknown[])[]> {
  const database = createDatabase({ url, logger });
  try {
    return await database.query({ text, values: [] });
  } finally {
    await database.close();
  }
}
