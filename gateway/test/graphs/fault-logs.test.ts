import { composeServices } from '@apollo/composition';
import type { ApolloServer } from '@apollo/server';
import { createLogger } from '@rocket/platform';
import { graphRevisionId, RocketError } from '@rocket/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARED_THREADS } from '../../../tests/harness/shared-threads.ts';
import { startGatewayServer, startSchemaServer } from '../../src/apollo/apollo-server.ts';
import type { GraphContext } from '../../src/graph-context.ts';
import { parse } from '../support/graphql.ts';

const CONTEXT: GraphContext = {
  requestId: 'r1',
  graph: graphRevisionId('0'.repeat(32)),
  deadlineAtMs: Number.POSITIVE_INFINITY,
  callerFor: () => ({ userId: null, email: null, roles: [], isAdmin: false }),
  forwardedHeaders: {},
};

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  name: 'test',
  destination: { write: (line) => lines.push(line) },
});
const { planner } = SHARED_THREADS;
const { supergraphSdl = '' } = composeServices([
  { name: 'crm', url: 'http://crm.invalid', typeDefs: parse('type Query { answer: String }') },
]);

let fails: () => never = () => {
  throw new Error('not set');
};
let gateway: ApolloServer<GraphContext>;
let admin: ApolloServer<GraphContext>;
beforeAll(async () => {
  ({ server: gateway } = await startGatewayServer({
    ...{ supergraphSdl, planner, logger, introspection: false },
    buildDataSource: () => ({ fetch: async () => fails() }),
  }));
  ({ server: admin } = await startSchemaServer<GraphContext>({
    ...{ logger, introspection: false, typeDefs: 'type Query { answer: String }' },
    resolvers: { Query: { answer: () => fails() } },
  }));
});
beforeEach(() => {
  lines.length = 0;
});
afterAll(async () => {
  await gateway.stop();
  await admin.stop();
});

async function askOf(server: ApolloServer<GraphContext>) {
  const { body } = await server.executeOperation({ query: '{ answer }' }, { contextValue: CONTEXT });
  return { body: JSON.stringify(body), log: lines.map((line) => JSON.parse(line)) };
}

const pgError = () => Object.assign(new Error('the reason'), { code: '23505', detail: 'Key (email)=(a@b)' });

describe.each(['a fetch', 'a resolver of the administration'])('the fault of %s', (of) => {
  const server = () => (of === 'a fetch' ? gateway : admin);

  it.each([
    ['an error of no class of ours', () => new Error('a secret of the code', { cause: pgError() })],
    [
      'an INTERNAL_ERROR',
      () => new RocketError('INTERNAL_ERROR', 'a secret of the code', { cause: pgError() }),
    ],
  ])('is logged once with its stack and its causes, and kept from callers: %s', async (_, make) => {
    fails = () => {
      throw make();
    };
    const { body, log } = await askOf(server());
    expect(body).toContain('INTERNAL_ERROR');
    expect(body).not.toMatch(/secret|reason|23505/);
    expect(log).toMatchObject([
      {
        msg: 'unexpected error in a GraphQL request',
        requestId: 'r1',
        err: {
          message: 'a secret of the code',
          stack: expect.stringContaining('fault-logs.test'),
          cause: { message: 'the reason', code: '23505', stack: expect.any(String) },
        },
      },
    ]);
    expect(lines.join('')).not.toContain('a@b');
  });

  it('is none where the catalogue has a code for it', async () => {
    fails = () => {
      throw new RocketError('FORBIDDEN');
    };
    const { body, log } = await askOf(server());
    expect(body).toContain('FORBIDDEN');
    expect(log).toEqual([]);
  });
});

describe('what a subgraph answers with', () => {
  let server: ApolloServer<GraphContext>;
  let code = '';
  beforeAll(async () => {
    const told = () => ({ message: 'told', extensions: { code } });
    ({ server } = await startGatewayServer({
      ...{ supergraphSdl, planner, logger, introspection: false },
      buildDataSource: () => ({ fetch: async () => ({ data: null, errors: [told()] }) }),
    }));
  });
  afterAll(() => server.stop());

  it('is not logged again where it says that it is its own fault: it has logged the causes', async () => {
    code = 'INTERNAL_ERROR';
    const { body, log } = await askOf(server);
    expect(body).toContain('INTERNAL_ERROR');
    expect(log).toEqual([]);
  });

  it('is logged where its code is unknown', async () => {
    code = 'SOMETHING';
    const { log } = await askOf(server);
    expect(log).toMatchObject([{ subgraph: 'crm', err: { message: 'told' } }]);
  });
});
