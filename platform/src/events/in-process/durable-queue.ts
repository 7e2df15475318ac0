import { RocketError } from '@rocket/schema';
import type { Logger } from '../../telemetry/logger.ts';
import { createDeliveryRunner, type DeliveryRunner } from '../delivery-runner.ts';
import type { ConsumeOptions, Consumer, ConsumerStatus, StreamMessage } from '../event-bus.ts';
import { subjectMatcher } from '../subjects.ts';
import type { MessageLog } from './message-log.ts';

interface Member {
  readonly runner: DeliveryRunner;
  readonly maxInFlight: number;
}

interface Waiting {
  readonly message: StreamMessage;
  readonly tries: number;
}

interface Filter {
  readonly subject: string;
  readonly matches: (subject: string) => boolean;
}

/**
 * The messages of one consumer name: who works on which, and up to where all are done. Nobody can die here without the
 * whole process, so a message stays with its handler however long that takes, and `ackWaitMs` has no meaning.
 */
export class DurableQueue {
  readonly #log: MessageLog;
  readonly #onDone: () => void;
  readonly #members = new Set<Member>();
  /** Given out or waiting to be given out again, oldest first. */
  readonly #unfinished = new Set<number>();
  /** Of these, those that were given out more than once. */
  readonly #returned = new Set<number>();
  readonly #ready: Waiting[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #filter: Filter | null = null;
  #cursor = 0;
  #scheduled = false;
  #closed = false;

  /** @param onDone called after `doneUpTo` may have grown */
  constructor(log: MessageLog, onDone: () => void) {
    this.#log = log;
    this.#onDone = onDone;
  }

  /** Every message of the queue up to here is done. */
  get doneUpTo(): number {
    const [oldest] = this.#unfinished;
    return oldest === undefined ? this.#cursor : oldest - 1;
  }

  get status(): Omit<ConsumerStatus, 'name'> {
    let waiting = 0;
    for (let at = Math.max(this.#cursor + 1, this.#log.first); at <= this.#log.last; at += 1) {
      const message = this.#log.at(at);
      if (message !== null && this.#filter?.matches(message.subject) !== false) waiting += 1;
    }
    return { waiting, handling: this.#unfinished.size, redelivered: this.#returned.size };
  }

  join(consume: ConsumeOptions, logger: Logger): Consumer {
    const { subject } = consume;
    this.#filter ??= { subject, matches: subjectMatcher(subject) };
    if (this.#filter.subject !== subject) return refuse(consume, this.#filter.subject, logger);
    const runner = createDeliveryRunner({ consume, logger, onSettled: () => this.wake() });
    const member = { runner, maxInFlight: consume.maxInFlight };
    this.#members.add(member);
    this.wake();
    return {
      ready: Promise.resolve(),
      close: (graceMs) => {
        this.#members.delete(member);
        return runner.close(graceMs);
      },
    };
  }

  /** There are new messages, or room for them. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#run());
  }

  close(): void {
    this.#closed = true;
    this.#members.clear();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #run(): void {
    this.#scheduled = false;
    for (let member = freest(this.#members); member !== null; member = freest(this.#members)) {
      const waiting = this.#next();
      if (waiting === null) break;
      this.#give(waiting, member);
    }
    this.#onDone();
  }

  #next(): Waiting | null {
    const again = this.#ready.shift();
    if (again !== undefined) {
      this.#returned.add(again.message.position);
      return again;
    }
    this.#cursor = Math.max(this.#cursor, this.#log.first - 1);
    while (this.#cursor < this.#log.last) {
      this.#cursor += 1;
      const message = this.#log.at(this.#cursor);
      if (message !== null && this.#filter?.matches(message.subject) === true) return { message, tries: 1 };
    }
    return null;
  }

  #give(waiting: Waiting, member: Member): void {
    const { message, tries } = waiting;
    this.#unfinished.add(message.position);
    member.runner.run({
      message,
      tries,
      ack: async () => {
        this.#unfinished.delete(message.position);
        this.#returned.delete(message.position);
        this.#onDone();
      },
      retry: (delayMs) => this.#comeBack({ message, tries: tries + 1 }, delayMs),
      postpone: (delayMs) => this.#comeBack(waiting, delayMs),
      working: () => undefined,
    });
  }

  #comeBack(waiting: Waiting, delayMs: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#ready.push(waiting);
      this.wake();
    }, delayMs);
    this.#timers.add(timer);
  }
}

function freest(members: ReadonlySet<Member>): Member | null {
  let best: Member | null = null;
  let most = 0;
  for (const member of members) {
    const free = member.maxInFlight - member.runner.running;
    if (free <= most) continue;
    best = member;
    most = free;
  }
  return best;
}

function refuse({ name, subject }: ConsumeOptions, taken: string, logger: Logger): Consumer {
  const error = new RocketError(
    'CONFLICT',
    `Consumer ${name} is there with subject ${taken}, not ${subject}`,
  );
  logger.error({ error }, 'Events cannot be consumed');
  const ready = Promise.reject(error);
  // It is logged; whoever waits for it still gets it.
  ready.catch(() => undefined);
  return { ready, close: async () => undefined };
}
