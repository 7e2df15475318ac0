/** Listens to a subscription over server-sent events, as a program without a library would. */
import { once } from 'node:events';

export interface Told {
  /** The event's id, which is the cursor. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: unknown;
    readonly extensions: Record<string, unknown>;
  }[];
}

export interface Listening {
  /** The next message. @throws when the stream ends before */
  next(): Promise<Told>;
  /** Resolves with what comes until the stream ends. */
  rest(): Promise<readonly Told[]>;
  /** The last id, which comes before the first message too. */
  readonly cursor: string;
  /** Messages that have come and were not taken. */
  readonly waiting: number;
  close(): void;
}

export interface ListenTo {
  readonly url: string;
  /** Null for nobody. */
  readonly token: string | null;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly lastEventId?: string;
}

/** A subscription that was refused. */
export class Refused extends Error {
  readonly status: number;
  readonly code: unknown;

  constructor(status: number, body: { errors?: { message: string; extensions: Record<string, unknown> }[] }) {
    super(body.errors?.map(({ message }) => message).join('; '));
    this.status = status;
    this.code = body.errors?.[0]?.extensions['code'];
  }
}

/** Resolves once the subscription is open. @throws Refused */
export async function listen({ url, token, query, variables, lastEventId }: ListenTo): Promise<Listening> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  });
  if (response.status !== 200 || response.body === null) {
    throw new Refused(response.status, JSON.parse(await response.text()));
  }
  return new EventReader(response.body, leaving);
}

class EventReader extends EventTarget implements Listening {
  readonly #leaving: AbortController;
  readonly #told: Told[] = [];
  #cursor = '';
  #hasEnded = false;

  constructor(body: ReadableStream<Uint8Array>, leaving: AbortController) {
    super();
    this.#leaving = leaving;
    void this.#read(body);
  }

  get cursor(): string {
    return this.#cursor;
  }

  get waiting(): number {
    return this.#told.length;
  }

  async next(): Promise<Told> {
    for (;;) {
      const told = this.#told.shift();
      if (told !== undefined) return told;
      if (this.#hasEnded) throw new Error('The stream has ended');
      await once(this, 'more');
    }
  }

  async rest(): Promise<readonly Told[]> {
    while (!this.#hasEnded) await once(this, 'more');
    return this.#told.splice(0);
  }

  close(): void {
    this.#leaving.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const bytes of body) {
        text += decoder.decode(bytes, { stream: true });
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) this.#take(event);
      }
    } catch (error) {
      if (!this.#leaving.signal.aborted) this.#told.push(broken(error));
    }
    this.#hasEnded = true;
    this.dispatchEvent(new Event('more'));
  }

  #take(event: string): void {
    const field = (name: string) =>
      event
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    this.#cursor = field('id') ?? this.#cursor;
    this.dispatchEvent(new Event('more'));
    if (field('event') !== 'next') return;
    const { data = null, errors = [] } = JSON.parse(field('data') ?? '{}');
    this.#told.push({ id: field('id') ?? '', data, errors });
    this.dispatchEvent(new Event('more'));
  }
}

/** What a reader sees of a connection that was cut, in the place of a message. */
function broken(error: unknown): Told {
  return { id: '', data: null, errors: [{ message: String(error), extensions: {} }] };
}
