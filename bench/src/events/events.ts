/**
 * The way of a change from its commit to those who follow: how many events a second one shard process brings to the
 * stream, how soon a follower has them, and what that costs writes.
 */
import { findNatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import type { CompareOptions } from '../measure/compare.ts';
import { inTurns, type Measured } from '../measure/in-turns.ts';
import type { ChannelName, FullSpeed, Steady } from './channel-messages.ts';
import { startCommitTimePostgres } from './commit-time-postgres.ts';
import { type ChannelProcess, type Costs, startChannel } from './start-channel.ts';

/** A customer with so many orders but one: one transaction, as an import or a nested write makes it. */
const EVENTS_OF_A_LARGE_WRITE = 20;
/** What the relay hands to the stream at once. */
const BARE_BATCH = 500;
const STEADY_PER_SECOND = 500;
const WARM_UP_SECONDS = 3;

export type Side<T> = Measured<ChannelName, T>;

export interface EventsResult {
  /** Large writes, by which many events come; the floor last. */
  readonly stream: readonly Side<FullSpeed & Costs>[];
  /** Writes of one record; the shard whose events stay in the outbox last. */
  readonly writes: readonly Side<FullSpeed & Costs>[];
  /** Each shard with its floor behind it. */
  readonly steady: readonly Side<Steady>[];
  readonly hasNats: boolean;
}

export async function events(options: CompareOptions): Promise<EventsResult> {
  return await withCleanUp(async (cleanUp) => {
    const { nats, inProcess, leftOut, emitter } = await startChannels(cleanUp, options);
    const { rounds, connections: writers } = options;
    // The three comparisons share the time that others take for one and a half.
    const seconds = options.seconds / 2;
    const large = { seconds, writers, eventsPerWrite: EVENTS_OF_A_LARGE_WRITE };
    const batches = { seconds, writers: 1, eventsPerWrite: BARE_BATCH };
    const single = { seconds, writers, eventsPerWrite: 1 };
    const atRate = { seconds, perSecond: STEADY_PER_SECOND };
    const shard = nats?.shard ?? inProcess;
    const floor = nats?.bare ?? null;
    const steady = [...(nats === null ? [] : [nats.shard, nats.bare]), inProcess, emitter];
    return {
      stream: await inTurns(rounds, [
        turn(shard, () => shard.fullSpeed(large)),
        ...(floor === null ? [] : [turn(floor, () => floor.fullSpeed(batches))]),
      ]),
      writes: await inTurns(
        rounds,
        [shard, leftOut].map((channel) => turn(channel, () => channel.fullSpeed(single))),
      ),
      steady: await inTurns(
        rounds,
        steady.map((channel) => turn(channel, () => channel.steady(atRate))),
      ),
      hasNats: nats !== null,
    };
  });
}

async function startChannels(cleanUp: CleanUp, { connections: writers }: CompareOptions) {
  const postgres = await startCommitTimePostgres(cleanUp);
  const binary = findNatsServer();
  const server = binary === null ? null : await startNatsServer(binary);
  if (server !== null) cleanUp.push(() => server.dispose());
  const start = (name: ChannelName) =>
    startChannel(cleanUp, {
      CHANNEL: name,
      POSTGRES_URL: postgres.url,
      postgresPid: postgres.pid,
      BENCH_NATS_URL: server?.url ?? '',
    });
  const startWarm = async (name: ChannelName): Promise<ChannelProcess> => {
    const channel = await start(name);
    await channel.fullSpeed({ seconds: WARM_UP_SECONDS, writers, eventsPerWrite: 1 });
    await channel.fullSpeed({ seconds: 1, writers, eventsPerWrite: EVENTS_OF_A_LARGE_WRITE });
    return channel;
  };
  // The bare client sends what the shard has sent before.
  const nats =
    server === null ? null : { shard: await startWarm('nats'), bare: await startWarm('bare-nats') };
  const inProcess = await startWarm('process');
  const leftOut = await startWarm('left-out');
  return { nats, inProcess, leftOut, emitter: await start('bare-process') };
}

function turn<T>({ name }: ChannelProcess, measure: () => Promise<T>) {
  return { name, measure };
}
