/** Many subscribers of one server, in this process. */
import type { Arrivals } from './arrivals.ts';
import { type ChangeSide, untilOpen } from './change-side.ts';
import { openEventStream } from './open-event-stream.ts';
import { openWebSocket } from './open-web-socket.ts';
import type { OpenConnection, SubscriberListener } from './subscriber.ts';
import type { Told } from './told.ts';

export interface SubscriberPlan {
  readonly webSockets: number;
  readonly perWebSocket: number;
  /** Each with one subscriber, who has a number behind those of the WebSockets. */
  readonly eventStreams: number;
  /** JSON of the request of a subscriber. */
  readonly body: (subscriber: number) => string;
}

export interface Subscribers {
  readonly count: number;
  /** Whoever is told is noted there from now on. */
  note(arrivals: Arrivals): void;
  /** The last that was told. */
  last(): Told | null;
  /** @throws Error when something came, or ended, that should not have */
  check(): void;
  close(): Promise<void>;
}

/** Resolves when the server has all subscriptions. */
export async function openSubscribers(side: ChangeSide, plan: SubscriberPlan): Promise<Subscribers> {
  const { webSockets, perWebSocket, eventStreams, body } = plan;
  const failures: string[] = [];
  let arrivals: Arrivals | null = null;
  let last: Told | null = null;
  const listener: SubscriberListener = {
    onTold(told) {
      last = told;
      if (arrivals?.take(told) !== true) failures.push(`Nobody has changed ${told.id}`);
    },
    onFailure: (reason) => failures.push(reason),
  };
  const check = (): void => {
    if (failures.length > 0) throw new Error(`${failures.length} failures of subscribers: ${failures[0]}`);
  };
  const numbered = (subscriber: number) => ({ subscriber, body: body(subscriber) });
  const onSockets = webSockets * perWebSocket;
  const opening = [
    ...range(webSockets).map((socket) =>
      openWebSocket(
        side,
        range(perWebSocket).map((index) => numbered(socket * perWebSocket + index)),
        listener,
      ),
    ),
    ...range(eventStreams).map((stream) => openEventStream(side, numbered(onSockets + stream), listener)),
  ];
  const connections: readonly OpenConnection[] = await Promise.all(opening);
  const count = onSockets + eventStreams;
  await untilOpen(side, count, check);
  return {
    count,
    check,
    note(next) {
      arrivals = next;
    },
    last: () => last,
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
      await untilOpen(side, 0, check);
    },
  };
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}
