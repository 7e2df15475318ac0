import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: RocketProcess;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path });
});

afterAll(async () => {
  await server.end();
  await directory.dispose();
});

test('Ctrl-C while the examples are imported stops soon, and the next start imports what is missing', async () => {
  await expect.poll(() => server.output(), { timeout: 60_000 }).toContain('Importing example app ecommerce');
  // One that takes longer is killed by the harness, and has no exit code then.
  expect(await server.end('SIGINT')).toMatchObject({ code: 0, stderr: '' });

  server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path });
  await server.waitFor('/ready');
  expect(server.output()).not.toContain('Importing example app crm');
  const { stdout } = await runRocket(['app', 'list', '--json'], { ROCKET_DATA_DIR: directory.path });
  expect(JSON.parse(stdout)).toMatchObject(
    ['crm', 'ecommerce', 'helpdesk'].map((name) => ({ name, revision: 1, state: 'active' })),
  );
});
