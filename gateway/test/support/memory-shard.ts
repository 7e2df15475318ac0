/** A shard in memory that serves every app by the schema of the asked revision. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Catalog } from '@rocket/platform';
import {
  type AppName,
  buildModel,
  type CallContext,
  type GraphRevisionId,
  type Lsn,
  RocketError,
  type ShardService,
  type ShardUsers,
  type SubgraphAnswer,
  type SubgraphOperation,
  subgraphSdl,
} from '@rocket/schema';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { execute, parse } from './graphql.ts';
import { memoryWebhooks } from './memory-webhooks.ts';

/** Runs before each call; returns the position for the answer. */
type Before = (context: CallContext, operation: SubgraphOperation) => Promise<Lsn | null>;

/**
 * Every record is `{id: "1", name: "<type>"}`, except that the records `forbidden` and `broken` are; users are kept in
 * a map.
 */
export function memoryShard(catalog: Catalog, before: Before): ShardService {
  const schemas = new Map<string, Promise<GraphQLSchema>>();
  return {
    async execute(context, operation) {
      const { query, document, variables, operationName } = operation;
      const lsn = await before(context, operation);
      const key = `${context.app}@${context.graph}`;
      const schema = schemas.get(key) ?? schemaOf(catalog, context.app, context.graph);
      schemas.set(key, schema);
      const result = await execute({
        schema: await schema,
        document: document ?? parse(query),
        ...(variables === undefined ? {} : { variableValues: variables }),
        ...(operationName === undefined ? {} : { operationName }),
        fieldResolver: (source: Record<string, unknown> | undefined, args, _context, info) => {
          if (args['id'] === 'forbidden') throw new RocketError('FORBIDDEN', 'Not for you');
          if (args['id'] === 'broken') throw new Error('the password is secret');
          if (source !== undefined && Object.hasOwn(source, info.fieldName)) return source[info.fieldName];
          if (String(info.returnType).startsWith('[')) return [];
          return source === undefined ? { id: '1', name: info.fieldName } : info.fieldName;
        },
      });
      return answerOf(result, lsn);
    },
    activate: async () => ({ changes: [], rowsInserted: 0 }),
    settleActivation: async () => 'abandoned',
    adoptDatabase: async () => undefined,
    removeApp: async () => undefined,
    advise: async () => ({ since: new Date().toISOString(), suggestions: [] }),
    slowQueries: async () => [],
    outbox: async () => ({ waiting: 0, oldestWaitingMs: null, publishedLastHour: 0, countedUpTo: 50_000 }),
    storedEvents: async () => [],
    handleEvent: async ({ app }, { consumer, subject, payload }) => {
      const what = `${consumer} of ${app} cannot handle ${payload} on ${subject}`;
      if (payload === 'refused') throw new RocketError('VALIDATION_FAILED', what);
      if (payload === 'broken') throw new Error('the password is secret');
    },
    users: memoryUsers(),
    webhooks: memoryWebhooks(),
  };
}

/** The user `stuck@b.c` cannot be removed. */
function memoryUsers(): ShardUsers {
  const users = new Map<string, { password: string; roles: Record<string, readonly string[]> }>();
  const session = (key: string, email: string) => ({
    user: { id: `id-of-${email}`, email, roles: users.get(key)?.roles ?? {}, active: true },
    refreshToken: key,
  });
  return {
    async login({ app }, { email, password }) {
      const key = `${app}/${email}`;
      if (users.get(key)?.password !== password)
        throw new RocketError('UNAUTHENTICATED', 'Wrong e-mail or password');
      return session(key, email);
    },
    async refresh(_at, { refreshToken }) {
      if (!users.has(refreshToken)) throw new RocketError('UNAUTHENTICATED');
      return session(refreshToken, refreshToken.split('/')[1] ?? '');
    },
    logout: async () => undefined,
    list: async () => [],
    async add({ app }, { email, password, roles }) {
      const key = `${app}/${email}`;
      users.set(key, { password, roles });
      return session(key, email).user;
    },
    async find({ app }, { email }) {
      const key = `${app}/${email}`;
      if (!users.has(key)) throw new RocketError('NOT_FOUND', `There is no user ${email}`);
      return session(key, email).user;
    },
    async remove({ app }, { id }) {
      if (id === 'id-of-stuck@b.c') throw new RocketError('SHARD_UNAVAILABLE');
      if (!users.delete(`${app}/${id.slice('id-of-'.length)}`)) throw new RocketError('NOT_FOUND');
    },
  };
}

/** A subgraph's answer that is made from what graphql-js gave. */
function answerOf(result: ExecutionResult, lsn: Lsn | null): SubgraphAnswer {
  return {
    hasErrors: result.errors !== undefined,
    lsn,
    facts: null,
    json: () => JSON.stringify(result),
    result: () => result,
  };
}

async function schemaOf(catalog: Catalog, app: AppName, graph: GraphRevisionId): Promise<GraphQLSchema> {
  const { home, members } = await catalog.graphRevision(graph);
  const models = await Promise.all(
    members.map(async (member) => {
      const { document } = await catalog.revision(member.app, member.revision);
      return [member.app, buildModel(document, member.app)] as const;
    }),
  );
  const graphModels = { home, members: new Map(models) };
  const model = graphModels.members.get(app);
  if (model === undefined) throw new Error(`app ${app} is not in the graph`);
  return buildSubgraphSchema(parse(subgraphSdl(model, graphModels)));
}
