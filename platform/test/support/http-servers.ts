import { connect, type Socket } from 'node:net';
import { createHttpServer, createLogger, type HttpAnswer, type HttpServer } from '../../src/index.ts';

type Options = Parameters<typeof createHttpServer>[0];

export const GET = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

interface Served {
  readonly url: string;
  readonly log: string[];
  readonly server: HttpServer;
}

/** Servers on real ports and connections to them, all closed by `close`. */
export function createHttpServers() {
  const servers: HttpServer[] = [];
  const sockets: Socket[] = [];

  async function serve(
    handler: Options['handler'],
    options: Partial<Omit<Options, 'handler' | 'logger'>> = {},
  ): Promise<Served> {
    const log: string[] = [];
    const logger = createLogger({
      level: 'debug',
      name: 'test',
      destination: { write: (line) => log.push(line) },
    });
    const onError = (): HttpAnswer => ({ status: 500, headers: {}, body: 'refused' });
    const server = createHttpServer({ handler, onError, logger, ...options });
    servers.push(server);
    return { url: `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`, log, server };
  }

  /** A connection that has sent `text`, and reads nothing until reading is requested. */
  async function open(url: string, text: string): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    if (text !== '') socket.write(text);
    return socket;
  }

  async function close(): Promise<void> {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await server.close();
  }

  return { serve, open, close };
}

/** Reads until the server closes the connection. */
export async function rest(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
  return Buffer.concat(chunks).toString('latin1');
}
