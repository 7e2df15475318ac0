import { expect, test } from 'vitest';
import { createTestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { createDatabase, createLogger } from '../../src/index.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

test('each test database is its own, and gone after dispose', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(one.name).not.toBe(two.name);
  const server = createDatabase({ url: one.serverUrl, logger });
  const names = {
    text: 'SELECT datname FROM pg_database WHERE datname = ANY($1)',
    values: [[one.name, two.name]],
  };
  expect(await server.query(names)).toHaveLength(2);
  await Promise.all([one.dispose(), two.dispose()]);
  expect(await server.query(names)).toEqual([]);
  await server.close();
});
