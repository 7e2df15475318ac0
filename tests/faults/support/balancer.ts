/** What stands before the processes of a shard in production: hands each connection to one of those in service. */
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface Balancer {
  readonly url: string;
  /** From now on these take the connections; those that lead elsewhere are closed. */
  serve(urls: readonly string[]): void;
  close(): Promise<void>;
}

/** @param delayMs for how long each piece of an answer is held back; what comes behind it waits too */
export async function startBalancer(delayMs: () => number = () => 0): Promise<Balancer> {
  const connections = new Map<Socket, string>();
  let targets: readonly string[] = [];
  let turn = 0;

  const server = createServer((incoming) => {
    turn += 1;
    const target = targets[turn % targets.length];
    incoming.on('error', () => incoming.destroy());
    if (target === undefined) {
      incoming.destroy();
      return;
    }
    const { hostname, port } = new URL(target);
    const outgoing = connect(Number(port), hostname);
    connections.set(incoming, target);
    incoming.on('close', () => {
      connections.delete(incoming);
      outgoing.destroy();
    });
    outgoing.on('error', () => incoming.destroy());
    outgoing.on('close', () => incoming.destroy());
    incoming.pipe(outgoing).pipe(heldBack(delayMs)).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The balancer has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    serve(urls) {
      targets = urls;
      for (const [socket, target] of connections) if (!urls.includes(target)) socket.destroy();
    },
    async close() {
      for (const socket of connections.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function heldBack(delayMs: () => number): Transform {
  return new Transform({
    transform(piece, _encoding, done) {
      const ms = delayMs();
      if (ms > 0) setTimeout(done, ms, null, piece);
      else done(null, piece);
    },
  });
}
