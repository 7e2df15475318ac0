/** The receiver that docs/partners.md shows, run as partners run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../harness/servers/rocket-process.ts';

const PROGRAM = join(import.meta.dirname, '../../examples/partners/receive.ts');
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const OTHER_SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const MINUTE_MS = 60_000;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;
let child: ChildProcess;
let url: string;

async function start(): Promise<void> {
  const { PATH = '', HOME = '' } = process.env;
  const started = spawn(process.execPath, [PROGRAM, file], {
    env: { PATH, HOME, PORT: '0', ROCKET_WEBHOOK_SECRET: SECRET },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child = started;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('listening')) resolve(said);
  });
  started.once('exit', (code) => reject(new Error(`The receiver has ended with ${code}: ${said}`)));
  const [, port] = /"port":(\d+)/.exec(await promise) ?? [];
  url = `http://127.0.0.1:${port}/hooks`;
}

async function kill9(): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory.path, 'webhooks.sqlite');
  await start();
});
afterEach(async () => {
  await kill9();
  await directory.dispose();
});

interface Sent {
  readonly id?: string;
  readonly at?: Date;
  readonly secrets?: readonly string[];
}

const RECORD = { id: 'c0000000-0000-4000-8000-000000000001', name: 'Ada ü' };

function payload(over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    ...{ event: 'after_write', entity: 'customer', action: 'update', record: RECORD, old: {}, changes: {} },
    ...{ user: { id: null, roles: [] }, timestamp: '2026-01-01T00:00:02.000Z', idempotency_key: 'wh_1' },
    ...over,
  });
}

function signed(body: string, { id = randomUUID(), at = new Date(), secrets = [SECRET] }: Sent = {}) {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

async function post(body: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

/** What the receiver has made of what has come. */
function stored() {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare('SELECT name, record FROM records ORDER BY name').all();
    const [counts] = database.prepare('SELECT count(*) AS known, count(body) AS open FROM deliveries').all();
    return { records: rows.map(({ name, record }) => [name, JSON.parse(String(record))]), ...counts };
  } finally {
    database.close();
  }
}

const NAME = `customer/${RECORD.id}`;

describe('the receiver of docs/partners.md', () => {
  it('takes what is signed, and does its work afterwards', async () => {
    const body = payload();
    expect(await post(body, signed(body))).toBe(204);
    await expect.poll(stored).toEqual({ records: [[NAME, RECORD]], known: 1, open: 0 });
  });

  it('takes what is signed with the former secret too', async () => {
    const body = payload();
    expect(await post(body, signed(body, { secrets: [OTHER_SECRET, SECRET] }))).toBe(204);
  });

  it('refuses what is forged, changed, old, early, or not signed, and keeps none of it', async () => {
    const body = payload();
    const good = signed(body);
    const ago = (minutes: number) => signed(body, { at: new Date(Date.now() - minutes * MINUTE_MS) });
    const refused: [string, Readonly<Record<string, string>>][] = [
      [body, signed(body, { secrets: [OTHER_SECRET] })],
      [`${body} `, good],
      [body.replace('Ada', 'Eve'), good],
      [body, { ...good, 'webhook-id': randomUUID() }],
      [body, { ...good, 'webhook-timestamp': String(Number(good['webhook-timestamp']) + 1) }],
      [body, { ...good, 'webhook-signature': 'v1' }],
      [body, { ...good, 'webhook-signature': 'v1,' }],
      [body, { ...good, 'webhook-signature': good['webhook-signature'].replace('v1,', 'v2,') }],
      [body, ago(6)],
      [body, ago(-6)],
      [body, {}],
      ['', {}],
    ];
    for (const [text, headers] of refused) expect(await post(text, headers)).toBe(401);
    expect(await post(body, ago(4))).toBe(204);
    await expect.poll(stored).toEqual({ records: [[NAME, RECORD]], known: 1, open: 0 });
  });

  it('does once what comes again, also after it was killed', async () => {
    const body = payload();
    const again = () => post(body, signed(body, { id: 'same' }));
    expect(await Promise.all([again(), again(), again()])).toEqual([204, 204, 204]);
    await kill9();
    await start();
    expect(await again()).toBe(204);
    await expect.poll(stored).toEqual({ records: [[NAME, RECORD]], known: 1, open: 0 });
  });

  it('keeps the newest of what comes in another order, and a deletion', async () => {
    const older = payload({ record: { ...RECORD, name: 'Old' }, timestamp: '2026-01-01T00:00:01.000Z' });
    const gone = payload({ event: 'after_delete', action: 'delete', timestamp: '2026-01-01T00:00:03.000Z' });
    const newer = payload();
    for (const body of [newer, older]) expect(await post(body, signed(body))).toBe(204);
    await expect.poll(stored).toEqual({ records: [[NAME, RECORD]], known: 2, open: 0 });
    for (const body of [gone, newer]) expect(await post(body, signed(body))).toBe(204);
    await expect.poll(stored).toEqual({ records: [[NAME, null]], known: 4, open: 0 });
  });

  it('takes a test for no change, and refuses bodies without a bound', async () => {
    const test = payload({ event: 'test', entity: null, action: 'test', record: {} });
    expect(await post(test, signed(test))).toBe(204);
    const long = 'x'.repeat(17 * 1024 * 1024);
    expect(await post(long, signed(long)).catch(() => 413)).toBe(413);
    await expect.poll(stored).toEqual({ records: [], known: 1, open: 0 });
  });
});
