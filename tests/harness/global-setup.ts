/** One throwaway PostgreSQL for all tests of a run; each test makes its own database on it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createLogger, forgetPostgresVariables, startEmbeddedPostgres } from '../../platform/src/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of database `postgres`, as superuser. */
    postgresServerUrl: string;
  }
}

/** Started before the first test file, stopped after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Silences Apollo's reporting before any test file loads it.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  // Removes the variables of the developer's shell; test files run in children of this process.
  forgetPostgresVariables();
  const dataDir = await mkdtemp(join(tmpdir(), 'rocket-test-'));
  const server = await startEmbeddedPostgres({
    dataDir,
    durable: false,
    logger: createLogger({ level: 'warn', name: 'tests' }),
  });
  project.provide('postgresServerUrl', server.url);
  return async () => {
    await server.stop();
    // Elsewhere than in `dataDir` when the server's user cannot reach that.
    await rm(server.directory, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  };
}
