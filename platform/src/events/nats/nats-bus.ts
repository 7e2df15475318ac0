import type { StreamState } from 'nats';
import type {
  ConsumerStatus,
  EventBus,
  Follower,
  StreamDescription,
  StreamMessage,
  StreamRange,
} from '../event-bus.ts';
import { checkSubject } from '../subjects.ts';
import { NatsFollower } from './follow/nats-follower.ts';
import { NatsConsumer } from './nats-consumer.ts';
import { unavailable } from './nats-errors.ts';
import { type NatsLink, type NatsSession, openNatsLink } from './nats-link.ts';
import type { NatsOptions } from './nats-options.ts';
import { publishAll } from './publish.ts';
import { readMessage } from './stored-message.ts';
import { STREAM, type StreamOptions, streamDifferences } from './stream/stream-settings.ts';

/**
 * The bus on a JetStream stream, which is made when it is missing. Resolves after the first attempt to connect: without a
 * server the bus is down, and comes up by itself when there is one.
 * @throws RocketError `BAD_REQUEST` for settings that cannot be right, `EVENTS_UNAVAILABLE` when a server refuses the
 *   credentials
 */
export async function openNatsBus(options: NatsOptions): Promise<EventBus> {
  const { logger } = options;
  const link = openNatsLink(options);
  const followers = new Set<Follower>();
  try {
    await link.opened;
  } catch (error) {
    await link.close();
    throw error;
  }
  return {
    outlivesProcess: true,
    publish(messages) {
      for (const { subject } of messages) checkSubject(subject);
      return publishAll(link, messages);
    },
    durable: () => Promise.resolve(),
    follow(follow) {
      const onEnd = (): void => void followers.delete(follower);
      const follower = new NatsFollower(link, { ...follow, logger, onEnd });
      followers.add(follower);
      return follower;
    },
    consume: (consume) => new NatsConsumer(link, consume, logger),
    messageAt: (position) => ask(link, (session) => messageAt(session, position)),
    range: () => ask(link, range),
    describe: () => ask(link, (session) => describe(session, options.stream)),
    consumers: () => ask(link, consumers),
    state: link.state,
    onState: link.onState,
    async close() {
      for (const follower of followers) follower.close();
      await link.close();
    },
  };
}

async function ask<T>(link: NatsLink, question: (session: NatsSession) => Promise<T>): Promise<T> {
  const session = link.session();
  if (session === null) throw unavailable('there is no connection');
  try {
    return await question(session);
  } catch (error) {
    throw unavailable('a question was not answered', error);
  }
}

async function messageAt(session: NatsSession, position: number): Promise<StreamMessage | null> {
  return position < 1 ? null : await readMessage(session, { seq: position });
}

async function range(session: NatsSession): Promise<StreamRange> {
  return rangeOf((await session.manager.streams.info(STREAM)).state);
}

function rangeOf(state: StreamState): StreamRange {
  // A stream that was never written has 0 for both, and one that was emptied has the next position for the first.
  const first = state.messages === 0 ? state.last_seq + 1 : state.first_seq;
  const lastStoredAtMs = state.last_seq === 0 ? null : Date.parse(state.last_ts);
  return { first, last: state.last_seq, lastStoredAtMs };
}

async function describe(session: NatsSession, options: StreamOptions): Promise<StreamDescription> {
  const { state, config } = await session.manager.streams.info(STREAM);
  const { messages, bytes } = state;
  return { ...rangeOf(state), messages, bytes, differences: streamDifferences(config, options) };
}

async function consumers({ manager }: NatsSession): Promise<readonly ConsumerStatus[]> {
  const found: ConsumerStatus[] = [];
  for await (const { config, ...counts } of manager.consumers.list(STREAM)) {
    // Those without a durable name are followers.
    if (config.durable_name === undefined) continue;
    found.push({
      name: config.durable_name,
      waiting: counts.num_pending,
      handling: counts.num_ack_pending,
      redelivered: counts.num_redelivered,
    });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
