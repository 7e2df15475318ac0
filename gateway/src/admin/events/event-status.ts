/** How the events are doing: on the stream, in the outboxes, and for those who follow them. */
import {
  type AppRecord,
  beforeDeadline,
  type CatalogSnapshot,
  type EventBus,
  type StreamDescription,
  type WriterSilence,
} from '@rocket/platform';
import { type OutboxReport, RocketError } from '@rocket/schema';
import { unheard } from '../../cache/freshness/unheard.ts';
import type { AdminParts } from '../parts.ts';

/** A person waits for it, and a shard that does not answer says nothing by answering later. */
const TIMEOUT_MS = 10_000;
/** Each of them may open a database. */
const SHARD_CALLS_AT_ONCE = 8;

export async function eventStatus(parts: AdminParts) {
  const { view, bus, follower } = parts;
  const snapshot = await view.refresh();
  const apps = [...snapshot.apps.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const heard = apps.map(({ name }) => name).filter((name) => unheard(name, snapshot.shardMap, bus) === null);
  const [stored, consumers, outboxes] = await Promise.all([
    nullIfAway(() => bus.describe()),
    nullIfAway(() => bus.consumers()),
    readOutboxes(apps, parts),
    follower.settled(heard),
  ]);
  const views = apps.map((app, at) => appView(app, outboxes[at] ?? NOT_ASKED, { snapshot, parts }));
  return {
    stream: streamView(bus, stored),
    apps: views,
    writers: byProcess(follower.get().writers()),
    consumers,
  };
}

/** What a shard said of an app's outbox, or why there is nothing to say. */
type Outbox = { readonly report: OutboxReport | null; readonly problem: string | null };

const NOT_ASKED: Outbox = { report: null, problem: null };

async function readOutboxes(apps: readonly AppRecord[], parts: AdminParts): Promise<readonly Outbox[]> {
  const deadlineAtMs = Date.now() + TIMEOUT_MS;
  const outboxes: Outbox[] = [];
  const queue = apps.entries();
  const work = async (): Promise<void> => {
    for (const [at, app] of queue) outboxes[at] = await readOutbox(app, deadlineAtMs, parts);
  };
  await Promise.all(Array.from({ length: SHARD_CALLS_AT_ONCE }, work));
  return outboxes;
}

async function readOutbox({ name, activeRevision }: AppRecord, deadlineAtMs: number, parts: AdminParts) {
  // An app that is being made may have no tables yet.
  if (activeRevision === null) return NOT_ASKED;
  try {
    const call = { app: name, operation: 'read', deadlineAtMs } as const;
    const report = await parts.shards.call(call, (shard, { epoch }) =>
      beforeDeadline(deadlineAtMs, shard.outbox({ app: name, epoch })),
    );
    return { report, problem: null };
  } catch (error) {
    // The other apps are to be seen all the same.
    if (error instanceof RocketError) return { report: null, problem: error.message };
    parts.logger.error({ err: error, app: name }, 'the outbox of an app could not be read');
    return { report: null, problem: 'Its outbox could not be read; the log of the gateway says why' };
  }
}

function appView(
  { name }: AppRecord,
  { report, problem }: Outbox,
  { snapshot, parts }: { readonly snapshot: CatalogSnapshot; readonly parts: AdminParts },
) {
  const silence = unheard(name, snapshot.shardMap, parts.bus);
  const { position, ageMs, sure } = parts.follower.get().app(name);
  return {
    app: name,
    shard: snapshot.shardMap.placements.get(name)?.shard ?? null,
    outbox: report,
    followed: {
      position,
      ageMs: silence === null && Number.isFinite(ageMs) ? Math.round(ageMs) : null,
      sure: silence === null && sure,
    },
    problem: problem ?? silence,
  };
}

function streamView(bus: EventBus, stored: StreamDescription | null) {
  const state = bus.state();
  return {
    kind: bus.outlivesProcess ? 'nats' : 'in_process',
    up: state.kind === 'up',
    since: new Date(state.sinceMs).toISOString(),
    reason: state.kind === 'up' ? null : state.reason,
    stored: stored === null ? null : storedView(stored),
  };
}

function storedView({ lastStoredAtMs, ...stored }: StreamDescription) {
  return {
    ...stored,
    lastStoredAt: lastStoredAtMs === null ? null : new Date(lastStoredAtMs).toISOString(),
  };
}

function byProcess(writers: readonly WriterSilence[]) {
  const processes = Map.groupBy(writers, ({ process }) => process);
  return [...processes]
    .map(([process, of]) => ({
      process,
      shard: of[0]?.shard ?? null,
      silentMs: Math.round(Math.min(...of.map(({ silentMs }) => silentMs))),
      apps: of.map(({ app }) => app).sort(),
    }))
    .sort((a, b) => (a.process < b.process ? -1 : 1));
}

async function nullIfAway<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RocketError && error.code === 'EVENTS_UNAVAILABLE') return null;
    throw error;
  }
}
