/** An app whose webhooks are received by a real HTTP server. */
import { createServer, type ServerResponse } from 'node:http';
import { createLogger } from '@rocket/platform';
import type { Caller } from '@rocket/schema';
import { documentInput } from '../../src/operation/document-input.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { createWritePipeline, type WriteResult } from '../../src/write/pipeline.ts';
import { ADMIN, createWriteApp, parseApp } from './write-app.ts';

export interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly payload: Record<string, unknown> | null;
}

type Answer = (request: Received, response: ServerResponse) => void;

export interface Receiver {
  readonly base: string;
  /** Since the last {@link reset}, in their order. */
  readonly received: Received[];
  /** How it answers until the next {@link reset}; with 204 by itself. */
  answer: Answer;
  reset(): void;
  close(): Promise<void>;
}

const accept: Answer = (_, response) => response.writeHead(204).end();

export async function createReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { url: path = '', method = '', headers } = request;
      const seen = { path, method, headers, text, payload: text === '' ? null : JSON.parse(text) };
      receiver.received.push(seen);
      receiver.answer(seen, response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port');
  const receiver: Receiver = {
    base: `http://127.0.0.1:${address.port}`,
    received: [],
    answer: accept,
    reset: () => {
      receiver.received.length = 0;
      receiver.answer = accept;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

type Input = Readonly<Record<string, unknown>>;

export interface WebhookAppOptions {
  readonly receiver: Receiver;
  readonly document: object;
  /** Of the process that serves the app. */
  readonly allow?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

export async function createWebhookApp({ receiver, document, ...settings }: WebhookAppOptions) {
  const app = await createWriteApp();
  await app.activate(document);
  const { model } = parseApp(document);
  const { allow: outgoingAllow = ['127.0.0.0/8'], variables = {} } = settings;
  const webhookVariables = new Map(Object.entries(variables));
  const webhooks = createWebhookCaller({ outgoingAllow, webhookVariables, webhookTimeoutMs: 500 });
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ level: 'info', name: 'test', destination });
  const writes = (deadlineAtMs = Date.now() + 30_000) =>
    createWritePipeline({
      database: app.database,
      model,
      logger,
      webhooks,
      outbox: app.outbox,
      deadlineAtMs,
    });
  const read = (name: string, input: Input) => {
    const entity = model.entities.get(name);
    if (entity === undefined) throw new Error(`no entity ${name}`);
    return documentInput(model.entities, entity, input);
  };
  return {
    model,
    writes,
    create: (name: string, input: Input, caller: Caller = ADMIN): Promise<WriteResult> => {
      const { values, nested } = read(name, input);
      return writes().create(caller, name, values, nested);
    },
    update: (name: string, id: string, input: Input): Promise<WriteResult> => {
      const { values: patch, nested } = read(name, input);
      return writes().update(ADMIN, name, { id, patch, nested });
    },
    remove: (name: string, id: string) => writes().delete(ADMIN, name, { id }),
    rows: (text: string) => app.database.query({ text, values: [] }),
    /** Leaves no records, no events, and nothing received or logged. */
    clear: async () => {
      const tables = [...model.entities.values()].map(({ table }) => table);
      await app.database.query({ text: `TRUNCATE ${[...tables, '_outbox'].join(', ')}`, values: [] });
      lines.length = 0;
      receiver.reset();
    },
    logged: (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line)),
    dispose: async () => {
      await webhooks.close();
      await app.dispose();
    },
  };
}

export type WebhookApp = Awaited<ReturnType<typeof createWebhookApp>>;
