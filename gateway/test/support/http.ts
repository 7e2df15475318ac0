import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { sameAnswer } from '../../../tests/harness/same-answer.ts';

/** A test's own HTTP server on a free port of the loopback. */
export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port = 0,
): Promise<TestServer> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Record<string, unknown>;
  }[];
  readonly text: string;
}

interface GraphqlBody {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

/** Sends a query three times, expects one answer and reads it, whatever its status. */
export function ask(
  url: string,
  body: GraphqlBody,
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer> {
  return sameAnswer(
    body.query,
    () => askOnce(url, body, headers),
    ({ status, text }) => ({ status, text }),
  );
}

/** For what is counted, or differs by nature. */
export async function askOnce(
  url: string,
  body: GraphqlBody,
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const parsed = JSON.parse(text) as Pick<GraphqlAnswer, 'data'> & { errors?: GraphqlAnswer['errors'] };
  return {
    status: response.status,
    headers: response.headers,
    data: parsed.data,
    errors: parsed.errors ?? [],
    text,
  };
}
