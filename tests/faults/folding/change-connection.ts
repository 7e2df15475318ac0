/** One connection of a subscriber, by the clients that partners use, which here never come back by themselves. */
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { ToldChange } from './told-change.ts';

export type Transport = 'websocket' | 'events';

export interface Subscribing {
  readonly transport: Transport;
  /** Of the graph, by HTTP. */
  readonly url: string;
  /** Null for nobody. */
  readonly token: string | null;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** For server-sent events: the last cursor in the header in place of the argument. */
  readonly lastEventId: string | null;
}

/**
 * How a connection ended: with the code of an error or of a close frame, cut off without one, or in silence, as if there
 * were nothing more to tell.
 */
export type Ending =
  | { readonly kind: 'left' }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'cut'; readonly why: string }
  | { readonly kind: 'silence' };

type Answers = AsyncIterableIterator<{ readonly data?: unknown; readonly errors?: unknown }>;

/** Of the closes of WebSockets this says that the peer was gone. */
const ABNORMAL = 1006;

/** @param left aborts when the subscriber goes. @param onTold must not throw */
export async function followChanges(
  subscribing: Subscribing,
  left: AbortSignal,
  onTold: (told: ToldChange) => void,
): Promise<Ending> {
  const { answers, dispose } =
    subscribing.transport === 'websocket' ? overWebSocket(subscribing) : overEvents(subscribing);
  const gone = Promise.withResolvers<null>();
  const leave = () => gone.resolve(null);
  left.addEventListener('abort', leave);
  if (left.aborted) leave();
  try {
    for (;;) {
      const next = await Promise.race([answers.next(), gone.promise]);
      if (next === null) return { kind: 'left' };
      if (next.done === true) return { kind: 'silence' };
      const { data, errors } = next.value;
      // Errors beside data are of what is below the record, such as relations that are not for the subscriber.
      if (!isObject(data)) return { kind: 'code', code: codeOf(errors) };
      onTold(data['it'] as ToldChange);
    }
  } catch (error) {
    return await endingBy(error);
  } finally {
    left.removeEventListener('abort', leave);
    await answers.return?.();
    dispose();
  }
}

interface Opened {
  readonly answers: Answers;
  dispose(): void;
}

function overWebSocket({ url, token, query, variables }: Subscribing): Opened {
  const client = createClient({
    ...{ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 },
    connectionParams: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  // It closes its connection with the last operation; to dispose of it waits for one that may never come about.
  return { answers: client.iterate({ query, variables }), dispose: () => undefined };
}

function overEvents({ url, token, query, variables, lastEventId }: Subscribing): Opened {
  const headers: Record<string, string> = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
  };
  const client = createSseClient({ url, headers, retryAttempts: 0 });
  return { answers: client.iterate({ query, variables }), dispose: () => client.dispose() };
}

/** Of the first of GraphQL's errors. */
function codeOf(errors: unknown): string {
  const [first] = (errors ?? []) as readonly { readonly extensions?: { readonly code?: string } }[];
  return first?.extensions?.code ?? 'NONE';
}

async function endingBy(error: unknown): Promise<Ending> {
  if (Array.isArray(error)) return { kind: 'code', code: codeOf(error) };
  if (isObject(error) && typeof error['code'] === 'number')
    return error['code'] === ABNORMAL
      ? { kind: 'cut', why: 'closed' }
      : { kind: 'code', code: String(error['code']) };
  if (isObject(error) && error['response'] instanceof Response) return await refusalBy(error['response']);
  return { kind: 'cut', why: error instanceof Error ? error.message : String(error) };
}

/** A stream of events that was refused is an answer as any other, which can be cut off too. */
async function refusalBy(response: Response): Promise<Ending> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    return { kind: 'cut', why: String(error) };
  }
  if (response.headers.get('content-type')?.includes('json') !== true)
    return { kind: 'code', code: `status ${response.status} with ${JSON.stringify(text)}` };
  const body: unknown = JSON.parse(text);
  return { kind: 'code', code: codeOf(isObject(body) ? body['errors'] : []) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
