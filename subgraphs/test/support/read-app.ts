/** A subgraph over a database of its own, asked as a shard would ask it, with its statements counted. */
import type { Database, Logger } from '@rocket/platform';
import {
  type AppModel,
  type AppName,
  type Caller,
  epoch,
  type GraphModels,
  lsn,
  revision,
  type SubgraphAnswer,
} from '@rocket/schema';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { activateTables } from '../../src/activation/activate-tables.ts';
import { createQueryAdvice } from '../../src/advice/query-advice.ts';
import { buildSubgraph } from '../../src/apps/subgraph.ts';
import type { AppDatabase } from '../../src/databases/app-database.ts';
import { executeOperation } from '../../src/operation/execute-operation.ts';
import { createDocuments } from '../../src/operation/prepared-operation.ts';
import { createRequestContext } from '../../src/operation/request-context.ts';
import type { WorkflowCommands } from '../../src/operation/workflow-commands.ts';
import { createWritePipeline } from '../../src/write/pipeline.ts';
import { createReadDatabase } from './read-database.ts';
import { createTestOutbox } from './test-outbox.ts';
import { ADMIN, LOGGER, parseApp, WEBHOOKS } from './write-app.ts';

const REQUEST_TIMEOUT_MS = 30_000;

export interface ReadApp {
  readonly model: AppModel;
  readonly url: string;
  readonly database: Database;
  readonly schema: GraphQLSchema;
  /** Data and errors in plain JSON, and how many statements it took. */
  ask(query: string, options?: AskOptions): Promise<Answer>;
  /** The answer as the gateway gets it. */
  answer(query: string, options?: AskOptions): Promise<SubgraphAnswer>;
  dispose(): Promise<void>;
}

export interface AskOptions {
  readonly caller?: Caller;
  readonly variables?: Record<string, unknown>;
  /** Another database than the app's, to see what happens without it. */
  readonly database?: Database;
  readonly logger?: Logger;
  /** What the operation's mutations of workflows command. */
  readonly workflows?: WorkflowCommands;
  /** Whether the answer tells what it depends on, or which events were committed. */
  readonly wantsFacts?: boolean;
}

export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly { message: string; code: unknown; path: string }[];
  readonly statements: number;
}

/** For documents without workflows, which have no mutation that could ask. */
const UNUSED: WorkflowCommands = {
  decide: unused,
  reassign: unused,
  cancel: unused,
  retry: unused,
  start: unused,
};

async function unused(): Promise<never> {
  throw new Error('The app was made without commands of workflows');
}

/** @param others apps of the same graph, whose names are prefixed; the app itself is the graph's home */
export async function createReadApp(
  document: unknown,
  options: { app?: string; others?: readonly { app: string; document: unknown }[] } = {},
): Promise<ReadApp> {
  const place = await createReadDatabase();
  const { database } = place;
  const { model, sampleData } = parseApp(document, options.app);
  const outbox = createTestOutbox(place.url, { app: model.app });
  await activateTables({ database, outbox, model, revision: revision(1), epoch: epoch(1), sampleData });
  const others = (options.others ?? []).map((other) => parseApp(other.document, other.app).model);
  const members = new Map<AppName, AppModel>([model, ...others].map((each) => [each.app, each]));
  const graph: GraphModels = { home: model.app, members };
  const { schema, index } = await buildSubgraph(model, graph);
  const documents = createDocuments();
  const answer: ReadApp['answer'] = async (
    query,
    {
      caller = ADMIN,
      variables,
      database: asked = database,
      logger = LOGGER,
      wantsFacts = false,
      workflows = UNUSED,
    } = {},
  ) => {
    const committed: string[] = [];
    const onCommitted = (events: readonly string[]) => void committed.push(...events);
    const parts = { database: asked, model, logger, webhooks: WEBHOOKS, outbox, onCommitted };
    const context = createRequestContext({
      model,
      schema,
      index,
      caller,
      deadlineAtMs: Date.now() + REQUEST_TIMEOUT_MS,
      database: appDatabase(asked),
      minLsn: null,
      wantsFacts,
      advice: createQueryAdvice(),
      writes: createWritePipeline(parts),
      workflows,
      ...{ committed, isMoving: async () => false },
    });
    const prepared = documents.prepare(schema, { query });
    return await executeOperation(context, { prepared, variables, requestId: 'test', logger });
  };
  return {
    model,
    url: place.url,
    database,
    schema,
    answer,
    ask: async (query, asked) => {
      const before = place.statements();
      const given = await answer(query, asked);
      return { ...toJson(given), statements: place.statements() - before };
    },
    dispose: async () => {
      await outbox.dispose();
      await place.dispose();
    },
  };
}

/** One server that is read and written. */
function appDatabase(database: Database): AppDatabase {
  return {
    primary: database,
    replicated: false,
    reader: async () => ({ database, kind: 'primary', name: 'test' }),
    committed: async () => lsn('0/0'),
    close: async () => undefined,
  };
}

function toJson(answer: SubgraphAnswer): Omit<Answer, 'statements'> {
  const result: ExecutionResult = answer.result();
  return {
    data: result.data === undefined ? null : JSON.parse(JSON.stringify(result.data)),
    errors: (result.errors ?? []).map((error) => ({
      message: error.message,
      code: error.extensions['code'],
      path: (error.path ?? []).join('.'),
    })),
  };
}
