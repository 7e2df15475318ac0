/**
 * The floor of deliveries: a consumer of the stream that signs what it is told, sends it on over as many connections as the
 * product has to one receiver, and acknowledges it when that was accepted. It keeps no log and tries nothing again.
 * Usage: NATS_URL=... SUBJECT=... RECEIVER=... SECRET=... PORT=... node send-webhooks.ts, where any request to the port is
 * answered once it consumes
 */
import { createServer } from 'node:http';
import { AckPolicy, connect, DeliverPolicy, type JsMsg } from 'nats';
import { Pool } from 'undici';
import { z } from 'zod';
import { ROCKET_STREAM } from '../events/rocket-stream.ts';
import { sign, signingKey } from '../webhooks/signature.ts';

const CONSUMER = 'bench_send';
/** At once, to one receiver. */
const CONNECTIONS = 32;
/** Messages that are held at once. */
const MAX_HELD = 1_000;

const variables = { NATS_URL: z.string(), SUBJECT: z.string(), RECEIVER: z.url(), SECRET: z.string() };
const { NATS_URL, SUBJECT, RECEIVER, SECRET, PORT } = z
  .object({ ...variables, PORT: z.coerce.number() })
  .parse(process.env);
const { origin, pathname: path } = new URL(RECEIVER);
const key = signingKey(SECRET);
const pool = new Pool(origin, { connections: CONNECTIONS });

async function send(message: JsMsg): Promise<void> {
  const body = message.string();
  const id = String(message.seq);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': sign(key, { id, timestamp, body }),
  };
  const answer = await pool.request({ path, method: 'POST', headers, body });
  await answer.body.dump();
  if (answer.statusCode === 204) message.ack();
}

const connection = await connect({ servers: NATS_URL });
const manager = await connection.jetstreamManager();
await manager.consumers.add(ROCKET_STREAM, {
  durable_name: CONSUMER,
  filter_subject: SUBJECT,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
});
const consumer = await connection.jetstream().consumers.get(ROCKET_STREAM, CONSUMER);
// A rejection ends the process, and the scenario with it, which misses the deliveries.
await consumer.consume({ max_messages: MAX_HELD, callback: (message) => void send(message) });
createServer((_, response) => response.end()).listen(PORT, '127.0.0.1');
