/** A receiver of webhooks on loopback, which answers as it is told and keeps what came. */
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

export interface ReceivedWebhook {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookReceiver {
  /** Without a path. */
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  /** Status by path; 204 for one that is not there. */
  readonly statuses: Map<string, number>;
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const statuses = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', method = '' } = request;
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      received.push({
        path,
        method,
        headers: Object.fromEntries(headers),
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(statuses.get(path) ?? 204).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port');
  return {
    ...{ url: `http://127.0.0.1:${address.port}`, received, statuses },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** The payload of a request that was signed with the secret. @throws when it was not */
export function verified({ body, headers }: ReceivedWebhook, secret: string): Record<string, unknown> {
  return new Webhook(secret).verify(body, { ...headers }) as Record<string, unknown>;
}
