/** Fills the stream with events of items, by few large writes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { changeSubject } from '@rocket/schema';
import type { JetStreamManager } from 'nats';
import { ROCKET_STREAM } from '../events/rocket-stream.ts';
import { inParallel } from '../measure/in-parallel.ts';
import type { BenchApp } from '../sides/worker-world.ts';

/** Of one write. */
const ITEMS = 500;
const WRITES_AT_ONCE = 2;
const PUBLISHING_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

const WRITE = `mutation Write($input: BatchCreateInput!) {
  createBatch(input: $input) { batch { id } errors { code } } }`;

/** One item for each of the lanes, from 0, in one transaction. */
export async function writeBatch({ ask }: BenchApp, label: string, lanes: readonly number[]): Promise<void> {
  const data = lanes.map((lane, at) => ({ lane, title: `Item ${at} of a batch of ${lanes.length} items` }));
  await ask({ query: WRITE, variables: { input: { label, items: { data } } } }, '"errors":[]');
}

/** So many items of lane 0. Resolves when all of their events are on the stream. */
export async function preload(manager: JetStreamManager, app: BenchApp, count: number): Promise<void> {
  const writes = Array.from({ length: Math.ceil(count / ITEMS) }, (_, at) =>
    Math.min(ITEMS, count - at * ITEMS),
  );
  await inParallel(writes, WRITES_AT_ONCE, (items) =>
    writeBatch(app, 'preloaded', Array<number>(items).fill(0)),
  );
  const untilMs = performance.now() + PUBLISHING_TIMEOUT_MS;
  while ((await published(manager, app)) < count) {
    if (performance.now() > untilMs) throw new Error('The events were not published in time');
    await sleep(POLL_MS);
  }
}

/** Subject of what {@link preload} writes. */
export function itemSubject({ name }: BenchApp): string {
  return changeSubject({ app: name, entity: 'item', op: 'create' });
}

async function published(manager: JetStreamManager, app: BenchApp): Promise<number> {
  const subject = itemSubject(app);
  const { state } = await manager.streams.info(ROCKET_STREAM, { subjects_filter: subject });
  return state.subjects?.[subject] ?? 0;
}
