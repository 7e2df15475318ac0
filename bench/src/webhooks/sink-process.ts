/** Receivers of webhooks, one at each path, that do next to nothing. Usage: PORT=... node sink-process.ts */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { unixMs } from '../measure/unix-ms.ts';
import { type Behaviour, behave, type Sample, SINK_PATHS } from './sink-control.ts';

/** One request of so many is kept, for its signature to be looked at. */
const SAMPLE_EVERY = 100;

const { PORT } = z.object({ PORT: z.coerce.number() }).parse(process.env);
const behaviours = new Map<string, Behaviour>();
const arrivals = new Map<string, number>();
let samples: Sample[] = [];
let repeated = 0;

function accept(path: string, request: IncomingMessage): void {
  const id = String(request.headers['webhook-id']);
  if (arrivals.has(id)) repeated += 1;
  else arrivals.set(id, unixMs());
  if (arrivals.size % SAMPLE_EVERY === 1) void keep({ path, id }, request);
  else request.resume();
}

async function keep(of: Pick<Sample, 'path' | 'id'>, request: IncomingMessage): Promise<void> {
  const { 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  const body = await text(request);
  samples.push({ ...of, timestamp: String(timestamp), signature: String(signature), body });
}

function receive(path: string, request: IncomingMessage, response: ServerResponse): void {
  const behaviour = behaviours.get(path) ?? 'accepts';
  if (behaviour === 'accepts') accept(path, request);
  else request.resume();
  if (behaviour !== 'silent') response.writeHead(behaviour === 'accepts' ? 204 : 503).end();
}

function forget(): void {
  arrivals.clear();
  samples = [];
  repeated = 0;
}

createServer(async (request, response) => {
  const path = request.url ?? '';
  switch (path) {
    case SINK_PATHS.count:
      response.end(JSON.stringify({ distinct: arrivals.size, repeated }));
      return;
    case SINK_PATHS.received:
      response.end(JSON.stringify({ arrivals: [...arrivals], samples }));
      return;
    case SINK_PATHS.behave: {
      const { path: whose, behaviour } = behave.parse(JSON.parse(await text(request)));
      behaviours.set(whose, behaviour);
      response.end();
      return;
    }
    case SINK_PATHS.forget:
      forget();
      response.end();
      return;
    default:
      receive(path, request, response);
  }
}).listen(PORT, '127.0.0.1');
