/**
 * How soon a gateway knows of a change that was made through another: one gateway has an answer, the change is written
 * through another one, and the first is asked until it does not give that answer any more.
 */
import { randomUUID } from 'node:crypto';
import { CUSTOMERS, customerId } from '../data/fill-shop.ts';
import type { CacheWorld } from './cache-world.ts';

const QUERY = 'query Probe($id: ID!) { customer(id: $id) { id name } }';
const UPDATE =
  'mutation Probe($id: ID!, $name: String!) { updateCustomer(id: $id, patch: { name: $name }) { customer { name } } }';
/** A change that takes longer is lost. */
const TIMEOUT_MS = 10_000;

/**
 * Milliseconds of each change, one after the other: from the answer to the writer, who is at a gateway that waits for
 * nothing but the commit, to the last question that was answered as before. A change that is known by then took 0.
 */
export async function applied(world: CacheWorld, seconds: number): Promise<readonly number[]> {
  const untilMs = performance.now() + seconds * 1_000;
  const latencies: number[] = [];
  while (performance.now() < untilMs) {
    const id = customerId(1 + (latencies.length % CUSTOMERS));
    // Another one each time: an update to what is there already changes nothing.
    latencies.push(await probe(world, { id, name: randomUUID() }));
  }
  return latencies;
}

async function probe(
  { other, reading, callers }: CacheWorld,
  { id, name }: { id: string; name: string },
): Promise<number> {
  const question = JSON.stringify({ query: QUERY, variables: { id } });
  const isHit = () => asksForHit(other.url, callers.clerk, question);
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (!(await isHit())) if (performance.now() > deadlineMs) throw new Error('An answer is not kept');
  const change = JSON.stringify({ query: UPDATE, variables: { id, name } });
  const response = await post(reading.url, callers.manager, change);
  const text = await response.text();
  const answeredAtMs = performance.now();
  if (!text.includes(name)) throw new Error(`A change was refused: ${text}`);
  for (;;) {
    const askedAtMs = performance.now();
    if (!(await isHit())) return askedAtMs - answeredAtMs;
    if (askedAtMs - answeredAtMs > TIMEOUT_MS) throw new Error('A change is not known after 10 s');
  }
}

async function asksForHit(
  url: string,
  caller: Readonly<Record<string, string>>,
  body: string,
): Promise<boolean> {
  const response = await post(url, caller, body);
  await response.arrayBuffer();
  const outcome = response.headers.get('x-rocket-cache');
  if (response.status !== 200 || outcome === null) throw new Error(`${url} answered ${response.status}`);
  return outcome.startsWith('hit');
}

function post(url: string, caller: Readonly<Record<string, string>>, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...caller, 'content-type': 'application/json' }, body });
}
