/** A subgraph over a database of its own, asked as a shard would ask it, with its statements counted. */
import { createDatabase, type Database } from '@rocket/platform';
import { type AppModel, type AppName, type Caller, epoch, type GraphModels, revision } from '@rocket/schema';
import { type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import { createTestDatabase } from '../../../tests/harness/postgres.ts';
import { executeOperation } from '../../src/runtime/execute-operation.ts';
import { createRequestContext } from '../../src/runtime/request-context.ts';
import { buildSubgraph } from '../../src/runtime/subgraph.ts';
import { activateTables } from '../../src/tables/activate-tables.ts';
import { createWritePipeline } from '../../src/write/pipeline.ts';
import { ADMIN, LOGGER, parseApp } from './write-app.ts';

export interface ReadApp {
  readonly model: AppModel;
  readonly url: string;
  readonly database: Database;
  readonly schema: GraphQLSchema;
  /** Data and errors in plain JSON, and how many statements it took. */
  ask(query: string, options?: AskOptions): Promise<Answer>;
  dispose(): Promise<void>;
}

export interface AskOptions {
  readonly caller?: Caller;
  readonly variables?: Record<string, unknown>;
  /** Another database than the app's, to see what happens without it. */
  readonly database?: Database;
}

export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly { message: string; code: unknown; path: string }[];
  readonly statements: number;
}

/** @param others apps of the same graph, whose names are prefixed; the app itself is the graph's home */
export async function createReadApp(
  document: unknown,
  options: { app?: string; others?: readonly { app: string; document: unknown }[] } = {},
): Promise<ReadApp> {
  const test = await createTestDatabase();
  let statements = 0;
  const database = createDatabase({
    url: test.url,
    logger: LOGGER,
    max: 8,
    onStatement: () => {
      statements += 1;
    },
  });
  const { model, sampleData } = parseApp(document, options.app);
  await activateTables({ database, model, revision: revision(1), epoch: epoch(1), sampleData });
  const others = (options.others ?? []).map((other) => parseApp(other.document, other.app).model);
  const members = new Map<AppName, AppModel>([model, ...others].map((each) => [each.app, each]));
  const graph: GraphModels = { home: model.app, members };
  const schema = buildSubgraph(model, graph);
  return {
    model,
    url: test.url,
    database,
    schema,
    ask: async (query, { caller = ADMIN, variables, database: asked = database } = {}) => {
      const parsed = parse(query);
      const [fault] = validate(schema, parsed);
      if (fault !== undefined) throw fault;
      const writes = createWritePipeline({ database: asked, model, logger: LOGGER });
      const context = createRequestContext({ model, caller, database: asked, writes });
      const before = statements;
      const result = await executeOperation(schema, context, {
        document: parsed,
        variables,
        requestId: 'test',
        logger: LOGGER,
      });
      return { ...toJson(result), statements: statements - before };
    },
    dispose: async () => {
      await database.close();
      await test.dispose();
    },
  };
}

function toJson(result: ExecutionResult): Omit<Answer, 'statements'> {
  return {
    data: result.data === undefined ? null : JSON.parse(JSON.stringify(result.data)),
    errors: (result.errors ?? []).map((error) => ({
      message: error.message,
      code: error.extensions['code'],
      path: (error.path ?? []).join('.'),
    })),
  };
}
