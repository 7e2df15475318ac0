import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { RawWebSocket } from '../support/raw-web-socket.ts';
import { type StreamServer, startStreamServer } from '../support/stream-server.ts';

const SEND_TIMEOUT_MS = 1_000;
/** More than the buffers of two sockets hold. */
const MESSAGE = { data: { text: 'x'.repeat(32 * 1024) } };
const MAX_TAKEN = 300;

let server: StreamServer;
beforeEach(async () => {
  server = await startStreamServer({
    settings: { sendTimeoutMs: SEND_TIMEOUT_MS, closeTimeoutMs: 200, reconnectWithinMs: 0, pingMs: 400 },
  });
});
afterEach(() => server.close());

async function flowing(name: string) {
  await until(() => server.engine.channels.some(({ request }) => request.parameters.query.includes(name)));
  const channel = server.engine.of(name);
  channel.flow(() => ({ result: MESSAGE, cursor: 'c' }));
  return channel;
}

/** Reads a byte at a time, as slowly as it is asked to. */
function sip(socket: Socket): () => void {
  socket.pause();
  const sipping = setInterval(() => socket.read(1), 50);
  return () => clearInterval(sipping);
}

describe('a reader of a byte at a time', () => {
  it('of a WebSocket gets few messages into memory, and is closed with 4441; others are not delayed', async () => {
    const bystander = await new RawWebSocket(server.url).connect();
    bystander.subscribe('1', 'subscription { bystander }');
    const slow = await new RawWebSocket(server.url).connect();
    slow.subscribe('1', 'subscription { slow }');
    const stop = sip(socketOf(slow));
    const channel = await flowing('slow');
    await until(() => channel.taken > 1);
    const fast = server.engine.of('bystander');
    fast.push({ data: { n: 1 } });
    await bystander.received(({ type }) => type === 'next');
    await until(() => channel.returns === 1);
    expect(channel.taken).toBeLessThan(MAX_TAKEN);
    await until(async () => (await server.metrics()).includes('connections{transport="websocket"} 1'));
    stop();
    bystander.socket.close();
    expect(await server.metrics()).toContain('closes_total{transport="websocket",code="4441"} 1');
  });

  it('of a WebSocket who asks on and on is not read any more', async () => {
    const slow = await new RawWebSocket(server.url).connect();
    slow.socket.pause();
    let answered = 0;
    server.execute = async () => {
      answered += 1;
      return MESSAGE;
    };
    for (let n = 0; n < 1_000; n += 1) slow.subscribe(`${n}`, `{ a } # ${'x'.repeat(500)}`);
    expect((await closeOf()).includes('websocket')).toBe(true);
    expect(answered).toBeLessThan(600);
    slow.socket.terminate();
  });

  it('of a WebSocket learns why it was closed when it reads on', async () => {
    const slow = await new RawWebSocket(server.url).connect();
    slow.subscribe('1', 'subscription { slow }');
    slow.socket.pause();
    const channel = await flowing('slow');
    await until(() => channel.returns === 1);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 4441, reason: 'Messages are not taken' });
  });

  it('of server-sent events gets few messages into memory, and loses the subscription', async () => {
    const query = encodeURIComponent('subscription { slow }');
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(
        `GET /apps/crm/graphql?query=${query} HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n`,
      );
    });
    const stop = sip(socket);
    const channel = await flowing('slow');
    await until(() => channel.returns === 1);
    expect(channel.taken).toBeLessThan(MAX_TAKEN);
    await sleep(20);
    expect(await server.metrics()).toContain('rocket_stream_subscriptions 0');
    stop();
    socket.destroy();
    await until(async () => (await server.metrics()).includes('connections{transport="sse"} 0'));
  });
});

describe('a WebSocket whose messages wait', () => {
  it('may take the id of a subscription whose last message is still being sent', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    raw.subscribe('1', 'subscription { before }');
    const socket = socketOf(raw);
    socket.pause();
    const before = await flowing('before');
    let taken = -1;
    await until(() => {
      const isStuck = taken === before.taken;
      taken = before.taken;
      return isStuck && taken > 1;
    });
    raw.send({ type: 'complete', id: '1' });
    raw.subscribe('1', 'subscription { after }');
    await until(() => before.returns === 1);
    expect(server.engine.channels).toHaveLength(1);
    socket.resume();
    await until(() => server.engine.channels.length === 2);
    server.engine.of('after').push({ data: { n: 2 } });
    await raw.received(({ payload }) => JSON.stringify(payload) === '{"data":{"n":2}}');
    expect(raw.messages).not.toContainEqual({ id: '1', type: 'complete' });
    raw.socket.close();
  });
});

/** The line of the metrics that counts a close, when there is one. */
async function closeOf(): Promise<string> {
  await until(async () => (await server.metrics()).includes('closes_total{'));
  return /closes_total\{.*/.exec(await server.metrics())?.[0] ?? '';
}

/** The socket under a WebSocket, which the library does not declare. */
function socketOf({ socket }: RawWebSocket): Socket {
  const inner: unknown = Reflect.get(socket, '_socket');
  if (typeof inner === 'object' && inner !== null && 'pause' in inner) return inner as Socket;
  throw new Error('the WebSocket has no socket');
}
