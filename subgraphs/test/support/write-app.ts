/** An app on a database of its own, for tests of tables and writes. */
import { createDatabase, type PooledDatabase } from '@rocket/platform';
import {
  type ActivationReport,
  type AppModel,
  appName,
  buildModel,
  type Caller,
  epoch,
  parseDocument,
  revision,
} from '@rocket/schema';
import { createTestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { activateTables } from '../../src/activation/activate-tables.ts';
import type { AppOutbox } from '../../src/outbox/app-outbox.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { createWritePipeline, type WritePipeline } from '../../src/write/pipeline.ts';
import { createTestOutbox, LOGGER, type TestOutbox } from './test-outbox.ts';

export { LOGGER };

/** Reaches nothing inside: for documents without webhooks. */
export const WEBHOOKS = createWebhookCaller({
  outgoingAllow: [],
  webhookVariables: new Map(),
  webhookTimeoutMs: 5_000,
});

export interface ActivateAt {
  readonly revision?: number;
  readonly epoch?: number;
  readonly sampleData?: ParsedApp['sampleData'];
  readonly indexWaitMs?: number;
  readonly onProblem?: (error: unknown) => void;
  /** In place of the app's own. */
  readonly outbox?: Pick<AppOutbox, 'write'>;
}

export interface WriteApp {
  readonly url: string;
  readonly database: PooledDatabase;
  readonly outbox: TestOutbox;
  /** With the document's sample rows, unless others are given. */
  activate(document: unknown, at?: ActivateAt): Promise<ActivationReport>;
  /** Writes by the model of the document; with an outbox in place of the app's own. */
  writes(document: unknown, outbox?: Pick<AppOutbox, 'write'>): WritePipeline;
  dispose(): Promise<void>;
}

export interface ParsedApp {
  readonly model: AppModel;
  readonly sampleData: Record<string, readonly Record<string, unknown>[]>;
}

/** Fails the test with the faults when the document is not valid. */
export function parseApp(document: unknown, app = 'test_app'): ParsedApp {
  const parsed = parseDocument(document, appName(app));
  if (!parsed.ok) throw new Error(parsed.faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const sampleData = parsed.document.sample_data;
  return {
    model: buildModel(parsed.document, appName(app)),
    sampleData: Object.fromEntries(Object.entries(sampleData)),
  };
}

export async function createWriteApp(): Promise<WriteApp> {
  const test = await createTestDatabase();
  const database = createDatabase({ url: test.url, logger: LOGGER, max: 8 });
  const outbox = createTestOutbox(test.url);
  return {
    url: test.url,
    database,
    outbox,
    activate: (document, at = {}) => {
      const { model, sampleData } = parseApp(document);
      return activateTables({
        database,
        outbox: at.outbox ?? outbox,
        model,
        revision: revision(at.revision ?? 1),
        epoch: epoch(at.epoch ?? 1),
        sampleData: at.sampleData ?? sampleData,
        ...(at.indexWaitMs === undefined ? {} : { indexWaitMs: at.indexWaitMs }),
        ...(at.onProblem === undefined ? {} : { onProblem: at.onProblem }),
      });
    },
    writes: (document, into = outbox) =>
      createWritePipeline({
        database,
        model: parseApp(document).model,
        logger: LOGGER,
        webhooks: WEBHOOKS,
        outbox: into,
      }),
    dispose: async () => {
      await outbox.dispose();
      await database.close();
      await test.dispose();
    },
  };
}

export const ADMIN: Caller = { userId: 'u-admin', email: 'admin@localhost', roles: ['admin'], isAdmin: true };

export function callerWith(roles: readonly string[], userId = 'u-1'): Caller {
  return { userId, email: `${userId}@example.org`, roles, isAdmin: false };
}

/** A minimal valid entity; `fields` follow its generated key. */
export function entity(
  name: string,
  fields: readonly object[],
  more: { keyType?: 'uuid' | 'int' | 'bigint' | 'string'; generated?: boolean } & Record<
    string,
    unknown
  > = {},
): object {
  const { keyType = 'uuid', generated = true, ...rest } = more;
  return {
    name,
    table: `${name}s`,
    primary_key: { field: 'id', type: keyType, generated },
    fields: [{ name: 'id', type: keyType, required: true }, ...fields],
    ...rest,
  };
}
