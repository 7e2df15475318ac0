/** A server of a test behind an address of its own, where it can be made to hang: it takes connections and says nothing. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface HangingRelay {
  /** The server's URL, through the relay. */
  readonly url: string;
  readonly name: string;
  /** From now on nothing passes, on old and new connections. */
  hang(): void;
  /** Ends what hung, as what it was sent is lost, and lets pass again. */
  resume(): void;
  close(): Promise<void>;
}

export async function startHangingRelay(serverUrl: string): Promise<HangingRelay> {
  const url = new URL(serverUrl);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let isHanging = false;
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const relay = createServer((caller) => {
    const server = connect(upstream);
    for (const [from, to] of [
      [caller, server],
      [server, caller],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => {
        if (!isHanging) to.write(data);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no port');
  url.port = String(address.port);
  return {
    url: url.href,
    name: url.host,
    hang() {
      isHanging = true;
    },
    resume() {
      isHanging = false;
      endAll();
    },
    async close() {
      endAll();
      relay.close();
      await once(relay, 'close');
    },
  };
}
