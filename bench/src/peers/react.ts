/**
 * The floor of a workflow's reaction: a consumer of the stream that inserts one row for each resolved ticket, with nothing
 * checked and no state of its own. Usage: NATS_URL=... SUBJECT=... DATABASE_URL=... PORT=... node react.ts, where any
 * request to the port is answered once it consumes
 */
import { createServer } from 'node:http';
import { AckPolicy, connect, DeliverPolicy, type JsMsg } from 'nats';
import pg from 'pg';
import { z } from 'zod';
import { ROCKET_STREAM } from '../events/rocket-stream.ts';
import { peerSettings } from './peer-settings.ts';

const { databaseUrl, port, poolSize } = peerSettings();
const { NATS_URL, SUBJECT } = z.object({ NATS_URL: z.string(), SUBJECT: z.string() }).parse(process.env);
const CONSUMER = 'bench_react';
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
const INSERT = 'INSERT INTO effects (ticket_id) VALUES ($1)';
const Change = z.object({ key: z.string(), record: z.object({ status: z.string() }) });

async function react(message: JsMsg): Promise<void> {
  const { key, record } = Change.parse(message.json());
  if (record.status === 'resolved') await pool.query({ name: 'insert', text: INSERT, values: [key] });
  message.ack();
}

const connection = await connect({ servers: NATS_URL });
const manager = await connection.jetstreamManager();
await manager.consumers.add(ROCKET_STREAM, {
  durable_name: CONSUMER,
  filter_subject: SUBJECT,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.New,
});
const consumer = await connection.jetstream().consumers.get(ROCKET_STREAM, CONSUMER);
// A rejection ends the process, and the scenario with it, which misses the effects.
await consumer.consume({ callback: (message) => void react(message) });
createServer((_, response) => response.end()).listen(port, '127.0.0.1');
