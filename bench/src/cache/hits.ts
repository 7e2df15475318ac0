/** What a hit costs: a gateway that has the answers, beside a server that does nothing but send the same bytes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CleanUp } from '../clean-up.ts';
import { STATUSES } from '../data/fill-shop.ts';
import { freePort } from '../http.ts';
import type { CompareOptions } from '../measure/compare.ts';
import { inTurns, type Measured } from '../measure/in-turns.ts';
import { type Measurement, measure, type RepeatedTarget } from '../measure/load.ts';
import type { SameBytes } from '../peers/same-bytes.ts';
import { startProcess } from '../process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { CacheWorld } from './cache-world.ts';
import { withHitRate } from './count-hits.ts';

const WARM_UP_SECONDS = 3;
/** Questions of a size: for each status the pages that have up to so many orders more. */
const PAGES = 4;
/** Orders of an answer that has about so many bytes. */
const SIZES = [
  { size: '2 kB', path: '/2', orders: 17 },
  { size: '20 kB', path: '/20', orders: 175 },
] as const;
/** What Node adds to every answer by itself. */
const OWN_HEADERS = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);
const QUERY = `query Latest($status: OrderStatus!, $limit: Int!) {
  orders(where: { status: { eq: $status } }, orderBy: [{ placedAt: DESC }], limit: $limit) { id status total placedAt } }`;

export type HitRound = Measurement & { readonly hitRate: number | null };

export interface HitsOfSize {
  readonly size: (typeof SIZES)[number]['size'];
  /** The bare server last. */
  readonly sides: readonly Measured<'gateway, hits' | 'bare node:http', HitRound>[];
}

export async function hits(
  cleanUp: CleanUp,
  world: CacheWorld,
  options: CompareOptions,
): Promise<readonly HitsOfSize[]> {
  const asked = await Promise.all(
    SIZES.map(async (size) => ({ ...size, ...(await keep(world, size.orders)) })),
  );
  const bare = await startBare(cleanUp, Object.fromEntries(asked.map(({ path, answer }) => [path, answer])));
  const results: HitsOfSize[] = [];
  for (const { size, path, bodies } of asked) {
    const shared = { bodies, headers: () => world.callers.clerk, postgresPid: world.shop.postgresPid };
    const ours = { ...shared, name: 'gateway, hits', url: world.keeping.url, pid: world.keeping.pid };
    const floor = { ...shared, name: 'bare node:http', url: `${bare.url}${path}`, pid: bare.pid };
    results.push({ size, sides: await compareHits(world, { ours, floor }, options) });
  }
  return results;
}

async function compareHits(
  { keeping }: CacheWorld,
  { ours, floor }: Readonly<Record<'ours' | 'floor', RepeatedTarget>>,
  options: CompareOptions,
): Promise<HitsOfSize['sides']> {
  for (const target of [ours, floor]) await measure(target, { ...options, seconds: WARM_UP_SECONDS });
  // Four comparisons share the time that others take for two.
  const half = { ...options, seconds: options.seconds / 2 };
  return await inTurns(options.rounds, [
    { name: 'gateway, hits', measure: () => withHitRate(keeping, () => measure(ours, half)) },
    { name: 'bare node:http', measure: async () => ({ ...(await measure(floor, half)), hitRate: null }) },
  ]);
}

/** Has the answers kept. Resolves with the questions, and with one of the answers as it is from now on. */
async function keep(
  { keeping, callers }: CacheWorld,
  orders: number,
): Promise<{ bodies: readonly string[]; answer: SameBytes[string] }> {
  const bodies = STATUSES.flatMap((status) =>
    Array.from({ length: PAGES }, (_, more) =>
      JSON.stringify({ query: QUERY, variables: { status: status.toUpperCase(), limit: orders + more } }),
    ),
  );
  const ask = (body: string) => {
    const headers = { ...callers.clerk, 'content-type': 'application/json', 'accept-encoding': 'identity' };
    return fetch(keeping.url, { method: 'POST', headers, body });
  };
  for (const body of bodies) await (await ask(body)).arrayBuffer();
  const [first = ''] = bodies;
  const response = await ask(first);
  const body = await response.text();
  if (response.headers.get('x-rocket-cache')?.startsWith('hit') !== true) {
    throw new Error(
      `An answer is not kept: ${response.headers.get('x-rocket-cache')}, ${body.slice(0, EXCERPT)}`,
    );
  }
  return {
    bodies,
    answer: { headers: [...response.headers].filter(([name]) => !OWN_HEADERS.has(name)), body },
  };
}

const EXCERPT = 400;

async function startBare(cleanUp: CleanUp, answers: SameBytes): Promise<{ url: string; pid: number }> {
  const file = join(await temporaryFolder(cleanUp), 'answers.json');
  await writeFile(file, JSON.stringify(answers));
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = await startProcess({
    file: join(import.meta.dirname, '../peers/same-bytes.ts'),
    args: [],
    env: { ANSWERS: file, PORT: new URL(url).port },
    readyUrl: url,
  });
  cleanUp.push(started.stop);
  return { url, pid: started.pid };
}
