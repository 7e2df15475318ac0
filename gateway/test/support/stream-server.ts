import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { HttpStream } from '@rocket/platform';
import { createLogger, createMetrics, type HttpAnswer } from '@rocket/platform';
import { appName, RocketError } from '@rocket/schema';
import type { ExecutionResult } from 'graphql';
import type { GraphKey } from '../../src/graphs/graph-key.ts';
import { errorAnswer } from '../../src/http/answer.ts';
import { createPersistedQueries } from '../../src/http/persisted-queries.ts';
import { findRoute } from '../../src/http/routes.ts';
import { ANONYMOUS, type Identity } from '../../src/identity/identity.ts';
import type { StreamSession } from '../../src/identity/stream-sessions.ts';
import type { ExecuteRequest } from '../../src/streams/stream-parts.ts';
import type { StreamSettings } from '../../src/streams/stream-settings.ts';
import { createStreams, type Streams } from '../../src/streams/streams.ts';
import { MemorySubscriptions } from './memory-subscriptions.ts';

/** What everybody gets who signs in. */
export const SIGNED_IN = { accessToken: 'signed-in', expiresIn: 900 } as const;

/** Sessions of a test: each token is the name of one. */
export class MemorySessions {
  readonly listeners = new Set<() => void>();
  readonly #sessions = new Map<string, StreamSession & { isEnded: boolean }>();

  /** A token of the user. */
  add(token: string, user: string, options: { expiresAtMs?: number; roles?: readonly string[] } = {}): void {
    const { expiresAtMs = null, roles = [] } = options;
    const identity: Identity = {
      kind: 'app',
      app: appName('crm'),
      userId: user,
      email: null,
      roles: { crm: roles },
    };
    const session = { identity, expiresAtMs, isEnded: false, isRevoked: () => session.isEnded };
    this.#sessions.set(`Bearer ${token}`, session);
  }

  revoke(token: string): void {
    const session = this.#sessions.get(`Bearer ${token}`);
    if (session === undefined) throw new Error(`There is no token ${token}`);
    session.isEnded = true;
    for (const listener of this.listeners) listener();
  }

  async open(authorization: string | undefined): Promise<StreamSession> {
    if (authorization === undefined)
      return { identity: ANONYMOUS, expiresAtMs: null, isRevoked: () => false };
    const session = this.#sessions.get(authorization);
    if (session === undefined || session.isEnded)
      throw new RocketError('UNAUTHENTICATED', 'The access token is malformed or was not issued here');
    return session;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export interface StreamServer {
  readonly url: string;
  readonly port: number;
  readonly engine: MemorySubscriptions;
  readonly sessions: MemorySessions;
  readonly streams: Streams;
  /** Lines of the log. */
  readonly log: string[];
  /** Answers queries and mutations. */
  execute: (request: ExecuteRequest) => Promise<ExecutionResult>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export interface StreamServerOptions {
  readonly settings?: Partial<StreamSettings>;
  readonly corsOrigins?: readonly string[];
}

/** Streams of the app `crm` on a plain HTTP server. */
export async function startStreamServer(options: StreamServerOptions = {}): Promise<StreamServer> {
  const engine = new MemorySubscriptions();
  const sessions = new MemorySessions();
  const log: string[] = [];
  const metrics = createMetrics();
  const parts = {
    ...{ subscriptions: engine, sessions, metrics, maxBodyBytes: 64 * 1024 },
    execute: (request: ExecuteRequest) => opened.execute(request),
    requireGraph(key: GraphKey) {
      if (key.kind !== 'app' || key.app !== 'crm') throw new RocketError('APP_NOT_FOUND');
    },
    requireAudience(identity: Identity) {
      if (identity.kind === 'app' && identity.userId === 'stranger') throw new RocketError('UNAUTHENTICATED');
    },
    persistedQueries: createPersistedQueries(null),
    corsOrigins: options.corsOrigins ?? [],
    logger: createLogger({
      level: 'info',
      name: 'test',
      destination: { write: (line) => void log.push(line) },
    }),
  };
  const streams = createStreams(parts, options.settings);
  const server = createServer((request, response) => void answer(streams, request, response));
  server.on('upgrade', (request, socket, head) => streams.upgrade(request, socket, head, 'test'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  const opened: StreamServer = {
    ...{ port, engine, sessions, streams, log, url: `127.0.0.1:${port}/apps/crm/graphql` },
    execute: async () => ({ data: { __typename: 'Query' } }),
    metrics: async () => (await metrics.render()).body,
    async close() {
      await streams.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return opened;
}

async function answer(streams: Streams, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', search = ''] = (message.url ?? '').split(/(?=\?)/);
  const { authorization } = message.headers;
  let answered: HttpAnswer | HttpStream;
  try {
    const route = findRoute(path);
    if (route.kind === 'auth') return void response.end(JSON.stringify(SIGNED_IN));
    if (route.kind !== 'graphql' || !streams.wants(message)) throw new RocketError('NOT_FOUND');
    answered = await streams.serve({ message, search, authorization, requestId: 'test' }, route.key);
  } catch (error) {
    answered = errorAnswer(error);
  }
  response.writeHead(answered.status, answered.headers);
  if ('body' in answered) response.end(answered.body);
  else await writeStream(response, answered.stream);
}

/** As a server does: takes the next text when the last one was taken. */
async function writeStream(response: ServerResponse, stream: AsyncIterable<string>): Promise<void> {
  for await (const text of stream) {
    const isTaken = await new Promise<boolean>((resolve) => {
      response.once('close', () => resolve(false));
      response.write(text, (error) => resolve(error === null || error === undefined));
    });
    if (!isTaken) return;
    response.removeAllListeners('close');
  }
  response.end();
}
