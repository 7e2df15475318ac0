import { createLogger, type Database } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NODES_DOCUMENT } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(NODES_DOCUMENT);
});
afterAll(() => app.dispose());

const MUTATION = 'mutation { deleteNode(id: "00000000-0000-4000-8000-000000000000") { errors { code } } }';

/** Asks with a database that throws; the errors of the answer, and what was logged. */
async function askWith(error: unknown, query: string) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ level: 'info', name: 'test', destination });
  const refuse = () => Promise.reject(error);
  const database: Database = { query: refuse, transaction: refuse, close: async () => undefined };
  const { errors } = await app.ask(query, { database, logger });
  return { errors, log: lines.map((line) => JSON.parse(line)) };
}

const cause = new TypeError('the reason', { cause: new Error('the first reason') });

it.each([
  ['an error of no class of ours', new Error('a secret of the code', { cause })],
  ['an INTERNAL_ERROR', new RocketError('INTERNAL_ERROR', 'a secret of the code', { cause })],
])('tells the log alone what %s is about, once', async (_, error) => {
  for (const query of ['{ nodes { id } }', MUTATION]) {
    const { errors, log } = await askWith(error, query);
    expect(errors).toMatchObject([
      { code: 'INTERNAL_ERROR', message: expect.not.stringContaining('secret') },
    ]);
    expect(log).toMatchObject([
      {
        msg: 'a resolver failed',
        requestId: 'test',
        path: [expect.any(String)],
        err: {
          message: 'a secret of the code',
          stack: expect.stringContaining('fault-logs.test'),
          cause: { type: 'TypeError', message: 'the reason', cause: { message: 'the first reason' } },
        },
      },
    ]);
  }
});

it('keeps what the caller is told out of the log of faults', async () => {
  const { errors, log } = await askWith(new RocketError('POOL_EXHAUSTED'), '{ nodes { id } }');
  expect(errors).toMatchObject([{ code: 'POOL_EXHAUSTED' }]);
  expect(log).toEqual([]);
});
