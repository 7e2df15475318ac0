/**
 * The floor of subscriptions: a `ws` server and streams of server-sent events that pass on what they are told, to
 * everybody. Usage: PORT=... node tell-changes.ts; then POST /changes with a result, and GET /open for how many listen
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { TELL_CHANGES_PATHS } from './tell-changes-paths.ts';

const { PORT } = z.object({ PORT: z.coerce.number() }).parse(process.env);
const BEGIN = /^\{"id":"(\d+)","type":"subscribe"/;
/** By WebSocket, the ids that its messages begin with. */
const sockets = new Map<WebSocket, string[]>();
const streams = new Set<ServerResponse>();

function tell(result: string): void {
  for (const [socket, ids] of sockets) {
    for (const id of ids) socket.send(`{"id":"${id}","type":"next","payload":${result}}`);
  }
  const [, cursor] = /"cursor":"([^"]+)"/.exec(result) ?? [];
  const event = `id: ${cursor}\nevent: next\ndata: ${result}\n\n`;
  for (const stream of streams) stream.write(event);
}

function openStream(response: ServerResponse): void {
  response
    .writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    .flushHeaders();
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const server = createServer(async (request, response) => {
  const body = await readBody(request);
  if (request.url === TELL_CHANGES_PATHS.open) {
    response.end(String([...sockets.values()].reduce((sum, ids) => sum + ids.length, streams.size)));
  } else if (request.url === TELL_CHANGES_PATHS.changes) {
    tell(body);
    response.writeHead(204).end();
  } else openStream(response);
}).listen(PORT, '127.0.0.1');

new WebSocketServer({ server, handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL }).on(
  'connection',
  (socket) => {
    const ids: string[] = [];
    sockets.set(socket, ids);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data) => {
      const [, id] = BEGIN.exec(String(data)) ?? [];
      if (id === undefined) socket.send('{"type":"connection_ack"}');
      else ids.push(id);
    });
  },
);
