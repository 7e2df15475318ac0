/** Receivers that answer badly, on purpose or not, by the path that they are asked at. */
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

type Behaviour = (socket: Socket) => Promise<void> | void;

/** Writes the same until the other side has enough. */
async function flood(socket: Socket, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  while (!socket.destroyed) {
    if (!socket.write(bytes)) await Promise.race([drained(socket), sleep(50)]);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('drain', resolve));
}

async function trickle(socket: Socket, text: string): Promise<void> {
  for (let at = 0; !socket.destroyed; at += 1) {
    socket.write(text[at % text.length] ?? '');
    await sleep(100);
  }
}

const then =
  (start: string, go: (socket: Socket, text: string) => Promise<void>, text: string): Behaviour =>
  async (socket) => {
    socket.write(start);
    await go(socket, text);
  };

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  '/silent': () => undefined,
  '/trickled-status': then('', trickle, OK),
  '/trickled-headers': then(OK, trickle, 'X-A: b\r\n'),
  '/trickled-body': then(`${OK}Content-Length: 100000\r\n\r\n`, trickle, 'x'),
  '/trickled-chunks': then(CHUNKED, trickle, '1\r\nx\r\n'),
  '/endless-body': then(`${OK}\r\n`, flood, 'x'.repeat(65_536)),
  '/endless-chunks': then(CHUNKED, flood, `1000\r\n${'x'.repeat(4_096)}\r\n`),
  '/endless-headers': then(OK, flood, `X-A: ${'x'.repeat(1_000)}\r\n`),
  '/endless-header': then(`${OK}X-A: `, flood, 'x'.repeat(65_536)),
  '/endless-trailers': then(`${CHUNKED}0\r\n`, flood, `X-A: ${'x'.repeat(1_000)}\r\n`),
  '/endless-hints': then('', flood, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
  '/endless-continue': then('', flood, 'HTTP/1.1 100 Continue\r\n\r\n'),
  '/endless-processing': then('', flood, 'HTTP/1.1 102 Processing\r\n\r\n'),
  '/packaging': then(CHUNKED, flood, `1;${'x'.repeat(65_000)}\r\ny\r\n`),
  '/endless-package': then(`${CHUNKED}1;`, flood, 'x'.repeat(65_536)),
  '/reset-in-headers': (socket) => {
    socket.write(OK, () => socket.resetAndDestroy());
  },
  '/reset-in-body': (socket) => {
    socket.write(`${OK}Content-Length: 10\r\n\r\nabc`, () => setTimeout(() => socket.resetAndDestroy(), 50));
  },
  '/short-body': (socket) => void socket.end(`${OK}Content-Length: 10\r\n\r\nabc`),
  '/closed': (socket) => void socket.end(),
  '/garbage': (socket) => void socket.end(Buffer.from('\u0000\u0001\u0002SSH-2.0-server\r\n', 'latin1')),
  '/other-protocol': (socket) => void socket.end('220 mail.example.org ESMTP\r\n'),
  '/two-lengths': (socket) => void socket.end(`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
  '/bad-chunk': (socket) => void socket.end(`${CHUNKED}zz\r\nx\r\n`),
  '/switched': (socket) =>
    void socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
};

/** Paths, each of one that answers in its own bad way. */
export const BAD_PATHS: readonly string[] = Object.keys(BEHAVIOURS);

export interface BadReceiver {
  /** Without a path. */
  readonly url: string;
  close(): Promise<void>;
}

/** On loopback. */
export async function startBadReceiver(): Promise<BadReceiver> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      const [, path = ''] = head.toString().split(' ');
      void BEHAVIOURS[path]?.(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The listener has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
