/** Results of a subscription, as the server streams them: server-sent events as clients of `graphql-sse` read them. */
import { parseJson, RocketError } from '@rocket/schema';
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import { type GraphqlResult, nothingAnswers, readGraphqlAnswer } from './graphql-answer.ts';

/** The server sends something every 10 s, so who hears nothing for so long has lost it. */
const SILENCE_MS = 35_000;
/** More than any change takes. */
const MAX_EVENT_CHARS = 256 * 1_024 * 1_024;

export interface StreamedOperation {
  /** Of the graph. */
  readonly url: URL;
  readonly token: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Ends the stream, with an error. */
  readonly signal: AbortSignal;
  /** The server has accepted the operation. */
  readonly onOpen: () => void;
}

/**
 * Reads no more than is taken. Ends when the server has completed the operation.
 * @throws RocketError what the server refuses it with; `NOT_READY` when there is no server, or it was lost
 */
export async function* streamResults(operation: StreamedOperation): AsyncGenerator<GraphqlResult, undefined> {
  const silence = new AbortController();
  const listening = setTimeout(() => silence.abort(), SILENCE_MS);
  const signal = AbortSignal.any([operation.signal, silence.signal]);
  try {
    const response = await ask(operation, signal);
    if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
      throw await refusal(response);
    }
    operation.onOpen();
    for await (const { event, data } of events(response, () => listening.refresh())) {
      if (event === 'complete') return;
      // Values of fields keep all their digits.
      if (event === 'next') yield readGraphqlAnswer(data, response.status, parseJson);
    }
  } catch (cause) {
    if (cause instanceof RocketError || operation.signal.aborted) throw cause;
    throw new RocketError('NOT_READY', 'The connection was lost', { cause });
  } finally {
    clearTimeout(listening);
  }
  throw new RocketError('NOT_READY', 'The server has ended the connection');
}

async function ask(
  { url, token, query, variables }: StreamedOperation,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query, variables }),
      signal,
    });
  } catch (cause) {
    throw nothingAnswers(url.origin, cause);
  }
}

async function refusal(response: Response): Promise<RocketError> {
  const { errors } = readGraphqlAnswer(await response.text(), response.status);
  return errors[0] ?? new RocketError('INTERNAL_ERROR', 'The server does not stream the subscription');
}

/** @param onHeard is called for whatever comes, also where it is no event */
function events({ body }: Response, onHeard: () => void): AsyncIterable<EventSourceMessage> {
  if (body === null) throw new RocketError('INTERNAL_ERROR', 'The server streams nothing');
  const hearing = new TransformStream<string, string>({
    transform(text, controller) {
      onHeard();
      controller.enqueue(text);
    },
  });
  return body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(hearing)
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: MAX_EVENT_CHARS, onError: 'terminate' }));
}
