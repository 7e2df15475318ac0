import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { findPgBouncer } from './tests/harness/servers/pgbouncer.ts';

const require = createRequire(import.meta.url);

/** Written out in each project, as one that extends the root would start a Postgres of its own. */
const base = {
  // Vite would take graphql's ES build for our sources, Node its CommonJS build for the libraries; graphql refuses to
  // work on objects of a second copy of itself.
  resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }] },
};
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 };
/** Files of one worker share what they import: loading it again for each of them took a quarter of the suite's time. */
const sharing = { isolate: false };

const everything = {
  ...base,
  test: { ...timeouts, ...sharing, name: 'tests', include: ['*/test/**/*.test.ts', 'tests/**/*.test.ts'] },
};

/** The tests of reading once more, as a product behind PgBouncer reads. */
const throughPgBouncer = {
  ...base,
  test: {
    ...timeouts,
    ...sharing,
    name: 'read through PgBouncer',
    include: ['subgraphs/test/read/{read*,hostile-reads}.test.ts'],
    env: { TEST_THROUGH_PGBOUNCER: '1' },
  },
};

export default defineConfig({
  test: {
    globalSetup: ['tests/harness/global-setup.ts'],
    // One more than the cores of the machines that this is meant for: the tests of faults mostly wait.
    maxWorkers: 3,
    // With CI=true the tests run whatever is installed, and fail where PgBouncer is not.
    projects:
      process.env['CI'] === 'true' || findPgBouncer() !== null
        ? [everything, throughPgBouncer]
        : [everything],
  },
});
