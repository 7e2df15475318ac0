/** Receivers that answer badly, on purpose or not: each request ends in its time, and little of an answer is kept. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BadReceiver, startBadReceiver } from '../../../tests/harness/bad-receiver.ts';
import { createOutgoingClient, MAX_OUTGOING_ANSWER_BYTES } from '../../src/outgoing/outgoing-client.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';

const TIME_LIMIT_MS = 700;
/** What a busy machine may take longer. */
const LATENESS_MS = 1_500;
const MAX_GROWTH_BYTES = 128 * 1024 ** 2;
let receiver: BadReceiver;
const client = createOutgoingClient({ allow: ['127.0.0.1'] });

beforeAll(async () => {
  receiver = await startBadReceiver();
});
afterAll(async () => {
  await client.close();
  await receiver.close();
});

interface Ending {
  readonly outcome: string;
  readonly tookMs: number;
  readonly grownBytes: number;
}

async function endingOf(path: string): Promise<Ending> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const startedAt = performance.now();
  const url = `${receiver.url}${path}`;
  const request = { url, method: 'POST', headers: {}, body: '{}', timeoutMs: TIME_LIMIT_MS } as const;
  const outcome = await client.send(request).then(
    (answer) => `${answer.status} with ${answer.body.length}`,
    (error: unknown) => (error instanceof OutgoingError ? error.failure : `not an OutgoingError: ${error}`),
  );
  clearInterval(watch);
  return { outcome, tookMs: performance.now() - startedAt, grownBytes: most - before };
}

const WHOLE = `200 with ${MAX_OUTGOING_ANSWER_BYTES}`;

it.each([
  ['/silent', 'timeout'],
  ['/trickled-status', 'timeout'],
  ['/trickled-headers', 'timeout'],
  ['/trickled-body', 'timeout'],
  ['/trickled-chunks', 'timeout'],
  ['/endless-body', WHOLE],
  ['/endless-chunks', WHOLE],
  ['/endless-headers', 'network'],
  ['/endless-header', 'network'],
  ['/endless-trailers', 'network'],
  ['/endless-hints', 'timeout'],
  ['/endless-continue', 'network'],
  ['/endless-processing', 'timeout'],
  ['/packaging', 'timeout'],
  ['/endless-package', 'timeout'],
  ['/reset-in-headers', 'network'],
  ['/reset-in-body', 'network'],
  ['/short-body', 'network'],
  ['/closed', 'network'],
  ['/garbage', 'network'],
  ['/other-protocol', 'network'],
  ['/two-lengths', 'network'],
  ['/bad-chunk', 'network'],
  ['/switched', 'network'],
])('%s ends as %s', async (path, expected) => {
  const { outcome, tookMs, grownBytes } = await endingOf(path);
  expect(outcome).toBe(expected);
  expect(tookMs).toBeLessThan(TIME_LIMIT_MS + LATENESS_MS);
  expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES);
});
