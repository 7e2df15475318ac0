/** Subscriptions over one WebSocket, by the protocol of graphql-ws. */
import { once } from 'node:events';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocket } from 'ws';
import {
  type ChangeServer,
  EXCERPT,
  type OpenConnection,
  type SubscriberListener,
  type Subscription,
} from './subscriber.ts';
import { readMessage } from './told.ts';

/** Resolves when all are sent; when the server has them is for it to say. */
export async function openWebSocket(
  { url, authorization }: ChangeServer,
  subscriptions: readonly Subscription[],
  { onTold, onFailure }: SubscriberListener,
): Promise<OpenConnection> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), GRAPHQL_TRANSPORT_WS_PROTOCOL, {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  let isLeft = false;
  socket.on('error', ({ message }) => onFailure(message));
  socket.on('close', (code, reason) => {
    if (!isLeft) onFailure(`A WebSocket was closed with ${code}: ${String(reason)}`);
  });
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  const [answer] = await once(socket, 'message');
  if (!String(answer).includes('connection_ack'))
    throw new Error(`A WebSocket was refused: ${String(answer)}`);
  socket.on('message', (data) => {
    const told = Buffer.isBuffer(data) ? readMessage(data) : null;
    if (told !== null) onTold(told);
    else onFailure(`A WebSocket told: ${String(data).slice(0, EXCERPT)}`);
  });
  for (const { subscriber, body } of subscriptions) {
    socket.send(`{"id":"${subscriber}","type":"subscribe","payload":${body}}`);
  }
  return {
    async close() {
      isLeft = true;
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
