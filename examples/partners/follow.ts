/**
 * Keeps a copy of an app's customers in a file, whatever happens on the way: `node follow.ts customers.ndjson`. It needs
 * Node 22.18 or later, whose own WebSocket it uses, and the packages `graphql-ws` and `graphql`. See docs/partners.md.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type FormattedExecutionResult } from 'graphql-ws';

const { ROCKET_URL = 'http://localhost:4000', ROCKET_APP = 'crm', ROCKET_USER_APP: app } = process.env;
const { ROCKET_EMAIL: email = 'admin@localhost', ROCKET_PASSWORD: password = '' } = process.env;
const [, , FILE = 'customers.ndjson'] = process.argv;
const QUERY = `subscription ($after: String) {
  change: customerChanged(snapshot: true, after: $after) { operation id cursor node { name email status } }
}`;

type Data = {
  change: { operation: 'ADDED' | 'UPDATED' | 'REMOVED'; id: string; cursor: string; node: unknown };
};

/** What time does not mend. */
class Hopeless extends Error {}

// The copy. Rows and cursor are one file, replaced as a whole: whenever this process dies, they fit together.

const rows = new Map<string, unknown>();
let cursor: string | null = null;
let saving: NodeJS.Timeout | undefined;

function load(): void {
  if (!existsSync(FILE)) return;
  const [first, ...others] = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  ({ cursor } = JSON.parse(first ?? ''));
  for (const { id, node } of others.map((line) => JSON.parse(line))) rows.set(id, node);
}

function save(): void {
  saving = undefined;
  const lines = [{ cursor }, ...[...rows].map(([id, node]) => ({ id, node }))];
  writeFileSync(`${FILE}.new`, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`, { flush: true });
  renameSync(`${FILE}.new`, FILE);
}

/** The fold. What comes again does no harm, so it may be lost before it is saved: it comes again. */
function apply({ change }: Data): void {
  if (change.operation === 'REMOVED') rows.delete(change.id);
  else rows.set(change.id, change.node);
  cursor = change.cursor;
  saving ??= setTimeout(save, 100);
}

// The token. Signing in costs the platform some work, so a token is used until shortly before its end.

let token = { text: '', goodUntilMs: 0 };

/** @throws Hopeless when the user or the password is wrong */
async function accessToken(): Promise<string> {
  if (token.goodUntilMs > Date.now()) return token.text;
  const answer = await fetch(`${ROCKET_URL}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ app, email, password }),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status === 401) throw new Hopeless('the user or the password is wrong');
  if (!answer.ok) throw new Error(`signing in was answered with ${answer.status}`);
  const { accessToken: text, expiresIn } = JSON.parse(await answer.text());
  token = { text, goodUntilMs: Date.now() + (expiresIn - 30) * 1_000 };
  return text;
}

// The connection. The library makes a new one by itself, and subscribes again with the variables as they are then.

/** Random, so that all who were cut off together do not come back together. */
const pauseMs = (tries: number): number => Math.random() * Math.min(15_000, 500 * 2 ** tries);
let unanswered: NodeJS.Timeout | undefined;

const client = createClient({
  url: `${ROCKET_URL.replace(/^http/, 'ws')}/apps/${ROCKET_APP}/graphql`,
  connectionParams: async () => ({ authorization: `Bearer ${await accessToken()}` }),
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: (reason) => !(reason instanceof Hopeless),
  retryWait: (tries) => sleep(pauseMs(tries)),
  connectionAckWaitTimeout: 10_000,
  keepAlive: 10_000,
  on: {
    // A connection can die without a word: only a ping that nobody answers tells.
    ping: (isReceived) => {
      if (!isReceived) unanswered = setTimeout(() => client.terminate(), 5_000);
    },
    pong: () => clearTimeout(unanswered),
    closed: (event) => {
      clearTimeout(unanswered);
      // The token has expired or was revoked.
      if ([4401, 4440].includes(Object(event).code)) token.goodUntilMs = 0;
    },
  },
});

/** Resolves when the subscription has ended, with errors of the answer, or with what the library gave up for. */
function follow(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  // Read each time that the library subscribes.
  const variables = Object.defineProperty({}, 'after', { enumerable: true, get: () => cursor });
  const leave = client.subscribe<Data>(
    { query: QUERY, variables },
    {
      next({ data, errors }: FormattedExecutionResult<Data>) {
        if (data && !errors) return apply(data);
        resolve(errors);
        leave();
      },
      error: resolve,
      complete: () => resolve(null),
    },
  );
  return promise;
}

/** Makes ready for the next try. @throws Hopeless when there is no use in one */
function recover(ending: unknown): void {
  if (ending instanceof Hopeless) throw ending;
  // Whatever has closed the connection: again, with the same cursor.
  if (!Array.isArray(ending)) return;
  const [{ message, extensions }] = ending;
  if (extensions.code === 'UNAUTHENTICATED') token.goodUntilMs = 0;
  else if (!extensions.retryable) {
    const isCursor = ['RESYNC_REQUIRED', 'BAD_CURSOR', 'FORBIDDEN'].includes(extensions.code);
    if (!isCursor || cursor === null) throw new Hopeless(`${extensions.code}: ${message}`);
    // The copy cannot be brought up to date any more: begin anew.
    rows.clear();
    cursor = null;
    saving ??= setTimeout(save, 100);
  }
}

try {
  load();
  for (let tries = 0; ; tries += 1) {
    const before: string | null = cursor;
    recover(await follow());
    if (cursor !== before) tries = 0;
    await sleep(pauseMs(tries));
  }
} catch (error) {
  if (saving !== undefined) save();
  process.stderr.write(`follow: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
