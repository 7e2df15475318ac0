/**
 * Receives what an app's webhooks send: `ROCKET_WEBHOOK_SECRET=whsec_... node receive.ts webhooks.sqlite`. It needs Node
 * 22.18 or later, whose own SQLite it uses, and the package `standardwebhooks`. See docs/partners.md.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';

const { ROCKET_WEBHOOK_SECRET: secret = '', HOST = '127.0.0.1', PORT = '8080' } = process.env;
const [, , FILE = 'webhooks.sqlite'] = process.argv;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Longer than anything can come again, for the log of deliveries is kept for 7 days. */
const KEPT_MS = 14 * 24 * 60 * 60_000;
const AT_ONCE = 100;
const PAUSE_MS = 5_000;

/** Of hooks. What transitions and workflows send looks otherwise, and a test is about no record. */
type Payload = { event: string; entity: string; record?: { id: string }; timestamp: string };

const webhook = new Webhook(secret);
const log = (text: string) => process.stderr.write(`receive: ${text}\n`);

// What has come. It is stored before it is answered, so that it is not lost whenever this process dies; and its id stays
// for a while after it is done, so that what comes again is known.

const database = new DatabaseSync(FILE);
database.exec(`PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, at TEXT NOT NULL, record TEXT) STRICT`);
const accept = database.prepare('INSERT INTO deliveries VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
const open = database.prepare(
  `SELECT id, body FROM deliveries WHERE body IS NOT NULL ORDER BY id LIMIT ${AT_ONCE}`,
);
const finish = database.prepare('UPDATE deliveries SET body = NULL WHERE id = ?');
const forget = database.prepare('DELETE FROM deliveries WHERE body IS NULL AND at < ?');
/** What is older than what is there already came late, and is left out. */
const keep = database.prepare(`INSERT INTO records VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET at = excluded.at, record = excluded.record WHERE excluded.at >= records.at`);

// The work, which nobody waits for.

let isPlanned = false;

function plan(pauseMs: number): void {
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(work, pauseMs);
}

/** Here a copy of the records. Do yours and `finish` in one transaction, or so that doing it twice is no harm. */
function handle(id: string, { event, entity, record, timestamp }: Payload): void {
  database.exec('BEGIN');
  try {
    const name = `${entity}/${record?.id}`;
    if (event === 'after_write') keep.run(name, timestamp, JSON.stringify(record));
    if (event === 'after_delete') keep.run(name, timestamp, null);
    finish.run(id);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function work(): void {
  isPlanned = false;
  forget.run(Date.now() - KEPT_MS);
  const deliveries = open.all();
  let failed = 0;
  for (const { id, body } of deliveries) {
    try {
      handle(String(id), JSON.parse(String(body)));
    } catch (error) {
      failed += 1;
      log(`${id} is tried again: ${error}`);
    }
  }
  if (failed > 0) plan(PAUSE_MS);
  else if (deliveries.length === AT_ONCE) plan(0);
}

// The door. Nothing of a request is believed before its signature is verified.

/** The bytes as they came; null when there are too many. */
async function rawBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @returns the status to answer with */
async function receive(request: IncomingMessage): Promise<number> {
  const body = await rawBody(request);
  if (body === null) return 413;
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers;
  const headers = {
    'webhook-id': String(id),
    'webhook-timestamp': String(time),
    'webhook-signature': String(signature),
  };
  try {
    webhook.verify(body, headers);
  } catch {
    // Somebody else's, changed on the way, or older than five minutes.
    return 401;
  }
  accept.run(headers['webhook-id'], Date.now(), body.toString());
  plan(0);
  return 204;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  receive(request).then(
    (status) => response.writeHead(status, status === 413 ? { connection: 'close' } : {}).end(),
    (error: unknown) => {
      // It is sent again.
      log(String(error));
      response.writeHead(500).end();
    },
  );
}

work();
const server = createServer(answer).listen(Number(PORT), HOST, () => {
  log(`listening at ${JSON.stringify(server.address())}`);
});
