import { setTimeout as sleep } from 'node:timers/promises';
import {
  findNatsServer,
  type NatsServer,
  startNatsServer,
} from '../../../tests/harness/servers/nats-server.ts';
import { until } from '../../../tests/harness/until.ts';
import {
  type ConsumeOptions,
  createInProcessBus,
  createLogger,
  type EventBus,
  type Follower,
  type FollowLoss,
  type FollowOptions,
  type FollowStart,
  type NatsOptions,
  type OutgoingMessage,
  openNatsBus,
  type StreamMessage,
} from '../../src/index.ts';

export const natsServer = findNatsServer();

const logger = createLogger({ level: 'silent', name: 'test' });

export function natsOptions(server: NatsServer, changes: Partial<NatsOptions> = {}): NatsOptions {
  return {
    logger,
    name: 'test',
    servers: [server.url],
    credsFile: null,
    caFile: null,
    certFile: null,
    keyFile: null,
    stream: { retentionDays: 7, replicas: 1, maxBytes: null },
    ...changes,
  };
}

interface OpenBus {
  readonly bus: EventBus;
  dispose(): Promise<void>;
}

export const BUSES = [
  {
    name: 'in process',
    isMissing: false,
    async open(): Promise<OpenBus> {
      const bus = createInProcessBus({ logger });
      return { bus, dispose: () => bus.close() };
    },
  },
  {
    name: 'JetStream',
    isMissing: natsServer === null,
    async open(): Promise<OpenBus> {
      const server = await startNatsServer(natsServer ?? '');
      const bus = await openNatsBus(natsOptions(server));
      const dispose = async (): Promise<void> => {
        await bus.close();
        await server.dispose();
      };
      return { bus, dispose };
    },
  },
];

/** A message of its own id. */
export function message(payload: string, subject = 'rocket.ev.crm.customer.created'): OutgoingMessage {
  return { subject, payload, id: `${subject}:${payload}` };
}

export function numbered(from: number, to: number, subject?: string): OutgoingMessage[] {
  return Array.from({ length: to - from + 1 }, (_, at) => message(String(from + at), subject));
}

/** @throws unless each was stored */
export async function publishAll(bus: EventBus, messages: readonly OutgoingMessage[]): Promise<number[]> {
  const outcomes = await bus.publish(messages);
  return outcomes.map((outcome) => {
    if (!outcome.ok) throw outcome.error;
    return outcome.position;
  });
}

export interface Recording {
  readonly follower: Follower;
  readonly messages: readonly StreamMessage[];
  readonly payloads: () => string[];
  /** `caught up 3`, `cut`, `lost expired`, in order. */
  readonly events: readonly string[];
}

/** A follower that keeps all it is told. */
export function record(bus: EventBus, from: FollowStart, options: Partial<FollowOptions> = {}): Recording {
  const messages: StreamMessage[] = [];
  const events: string[] = [];
  const follower = bus.follow({
    subject: 'rocket.>',
    from,
    onMessage: (received) => messages.push(received),
    onCaughtUp: (position) => events.push(`caught up ${position}`),
    onCut: () => events.push('cut'),
    onLost: (reason: FollowLoss) => events.push(`lost ${reason}`),
    ...options,
  });
  return { follower, messages, events, payloads: () => messages.map(({ payload }) => payload) };
}

export function caughtUp({ events }: Recording): Promise<void> {
  return until(() => events.at(-1)?.startsWith('caught up') === true);
}

export function consumeWith(changes: Partial<ConsumeOptions>): ConsumeOptions {
  return {
    name: 'workers',
    subject: 'rocket.ev.>',
    handle: () => Promise.resolve(undefined),
    maxInFlight: 10,
    ackWaitMs: 30_000,
    maxTries: 5,
    retryDelayMs: () => 10,
    dead: (lost, cause) => Promise.reject(new Error(`${lost.payload} is dead`, { cause })),
    ...changes,
  };
}

/** Long enough for what should not come to come. */
export function quiet(): Promise<void> {
  return sleep(300);
}
