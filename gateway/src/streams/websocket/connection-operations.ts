import { RocketError } from '@rocket/schema';
import type { GraphQLFormattedError } from 'graphql';
import { MessageType, type SubscribeMessage, stringifyMessage } from 'graphql-ws';
import type { GraphKey } from '../../graphs/graph-key.ts';
import { postedRequest } from '../../http/graphql-request.ts';
import type { OperationOpener } from '../open-operation.ts';
import { graphPlace } from '../operation-place.ts';
import { isFault, publicErrors } from '../stream-errors.ts';
import { StreamOperation } from '../stream-operation.ts';
import type { StreamParts } from '../stream-parts.ts';
import type { StreamSettings } from '../stream-settings.ts';
import type { ConnectionSession } from './connection-session.ts';

export interface ConnectionOperationsOptions {
  readonly parts: StreamParts;
  readonly settings: StreamSettings;
  readonly opener: OperationOpener;
  readonly session: ConnectionSession;
  readonly key: GraphKey;
  readonly address: string;
  readonly requestId: string;
  readonly send: (message: string) => Promise<void>;
  /** Gives the library a message. Resolves when the operation has ended that the message began. */
  readonly handle: (message: string) => Promise<void>;
}

interface Running {
  readonly operation: StreamOperation;
  readonly requestId: string;
  /** Resolves when the library has forgotten the operation. */
  readonly finished: Promise<void>;
}

/** Ids that requests have from outside are shortened to this, as a number follows. */
const MAX_ID_LENGTH = 100;

/** The operations of one WebSocket by the ids that the client gave them. */
export class ConnectionOperations {
  readonly #options: ConnectionOperationsOptions;
  readonly #running = new Map<string, Running>();
  #count = 0;
  #bytes = 0;
  #begun = 0;

  constructor(options: ConnectionOperationsOptions) {
    this.#options = options;
  }

  /** The operation that the library begins now. */
  get(id: string): StreamOperation | undefined {
    return this.#running.get(id)?.operation;
  }

  /** @param bytes length of the message */
  begin(message: SubscribeMessage, bytes: number): void {
    const { handle, send, session, settings } = this.#options;
    const { id } = message;
    // The library keeps a message as long as its operation runs, and needs no more of it than this.
    const short = stringifyMessage({ type: MessageType.Subscribe, id, payload: { query: '' } });
    const previous = this.#running.get(id);
    if (session.identity === null || (previous !== undefined && !previous.operation.isEnded)) {
      // It closes the connection, with the code for it.
      void handle(short);
      return;
    }
    // A single message is bounded like the body of a request.
    const isFull = this.#count > 0 && this.#bytes + bytes > settings.maxOperationBytes;
    if (isFull || this.#count >= settings.maxOperationsPerConnection) {
      const payload = publicErrors(
        new RocketError('TOO_MANY_REQUESTS', 'Too many operations run on this connection'),
      );
      void send(stringifyMessage({ type: MessageType.Error, id, payload }));
      return;
    }
    this.#run({ message, short, bytes, after: previous?.finished ?? Promise.resolve() });
  }

  /** The client wants no more of it. */
  end(id: string): void {
    void this.#running.get(id)?.operation.return();
  }

  close(): void {
    for (const { operation } of this.#running.values()) void operation.return();
  }

  /** What the client is told of the error that ended an operation. */
  errorsOf(id: string, error: unknown): readonly GraphQLFormattedError[] {
    const errors = publicErrors(error);
    if (isFault(errors))
      this.#log(error, this.#running.get(id)?.requestId, 'an operation of a WebSocket failed');
    return errors;
  }

  #run(begun: { message: SubscribeMessage; short: string; bytes: number; after: Promise<void> }): void {
    const { message, short, bytes, after } = begun;
    const { id } = message;
    this.#count += 1;
    this.#bytes += bytes;
    const { operation, requestId } = this.#operation(message);
    const run = async (): Promise<void> => {
      // The library would take the end of an earlier operation with this id for the end of this one.
      await after;
      if (!operation.isEnded) await this.#options.handle(short);
      this.#count -= 1;
      this.#bytes -= bytes;
      if (this.#running.get(id)?.operation === operation) this.#running.delete(id);
    };
    // Set before it runs: the library asks for it at once.
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    this.#running.set(id, { operation, requestId, finished });
    void run().then(resolve);
  }

  #operation({ payload }: SubscribeMessage): { operation: StreamOperation; requestId: string } {
    const { parts, key, address, opener, session } = this.#options;
    const { identity } = session;
    this.#begun += 1;
    const requestId = `${this.#options.requestId.slice(0, MAX_ID_LENGTH)}:${this.#begun}`;
    const request = postedRequest(payload, '');
    const place = graphPlace(parts, key);
    const operation = new StreamOperation({
      open: (signal) => {
        if (identity === null) throw new RocketError('UNAUTHENTICATED');
        const caller = { identity, address };
        return opener.open({ place, caller, request, lastEventId: null, requestId }, signal);
      },
      onFault: (error) => this.#log(error, requestId, 'a subscription could not be ended'),
    });
    return { operation, requestId };
  }

  #log(error: unknown, requestId: string | undefined, text: string): void {
    this.#options.parts.logger.error({ err: error, requestId }, text);
  }
}
