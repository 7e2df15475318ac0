import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, inject, test } from 'vitest';
import { checkServerVersion, refuseOldServer } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';

const OPEN: Server[] = [];

afterEach(() => {
  for (const server of OPEN.splice(0)) server.close();
});

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const READY = message('Z', Buffer.from('I'));

/** Speaks as much of the protocol as it takes to tell a version, since old servers are not at hand. */
async function serverOfVersion(number: string): Promise<string> {
  const column = Buffer.concat([Buffer.from('version\0'), Buffer.alloc(18)]);
  const row = Buffer.alloc(6);
  row.writeInt16BE(1, 0);
  row.writeInt32BE(number.length, 2);
  const answer = Buffer.concat([
    message('1'),
    message('2'),
    message('T', Buffer.from([0, 1]), column),
    message('D', row, Buffer.from(number)),
    message('C', Buffer.from('SELECT 1\0')),
    READY,
  ]);
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), READY]));
      socket.once('data', () => socket.write(answer));
    });
    socket.on('error', () => socket.destroy());
  });
  OPEN.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `postgres://u:p@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/postgres`;
}

test('a server that is too old is refused by its version', async () => {
  const url = await serverOfVersion('140018');
  await expect(refuseOldServer(url)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringMatching(/is PostgreSQL 14\.18; 15 or later is needed$/),
  });
  expect(await codeOf(checkServerVersion(url))).toBe('BAD_REQUEST');
});

test('the oldest one that is supported passes, and so does the embedded one', async () => {
  await checkServerVersion(await serverOfVersion('150000'));
  await checkServerVersion(inject('postgresServerUrl'));
});

test('one that does not answer is not known to be old', async () => {
  await refuseOldServer('postgres://u:p@127.0.0.1:1/postgres');
  await expect(checkServerVersion('postgres://u:p@127.0.0.1:1/postgres')).rejects.toThrow('ECONNREFUSED');
});
