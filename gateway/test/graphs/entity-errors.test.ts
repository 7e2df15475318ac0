/** Errors of a shard's subgraph that concern all entities of a fetch: callers have not asked for `_entities`. */
import { createLogger } from '@rocket/platform';
import { appName, graphRevisionId, RocketError } from '@rocket/schema';
import { GraphQLError, OperationTypeNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ShardDataSource } from '../../src/execution/shard-data-source.ts';
import type { SubgraphCaller } from '../../src/execution/subgraph-caller.ts';

const QUERY =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer { tickets { id } } } }';

function sourceThatAnswers(errors: readonly GraphQLError[]): ShardDataSource {
  const answer = {
    hasErrors: true,
    lsn: null,
    facts: null,
    json: () => '',
    result: () => ({ data: null, errors }),
  };
  const caller: SubgraphCaller = { execute: async () => answer };
  return new ShardDataSource(appName('helpdesk'), caller, createLogger({ level: 'silent', name: 'test' }));
}

const fetch = (source: ShardDataSource) =>
  source.fetch({
    query: QUERY,
    document: parse(QUERY),
    kind: OperationTypeNode.QUERY,
    variables: { representations: [{ id: 1 }, { id: 2 }] },
    operationName: undefined,
    context: {
      requestId: 'r',
      graph: graphRevisionId('a'.repeat(32)),
      deadlineAtMs: Number.POSITIVE_INFINITY,
      callerFor: () => ({ userId: null, email: null, roles: [], isAdmin: false }),
      forwardedHeaders: {},
    },
  });

describe('an error of a fetch of entities', () => {
  it('that concerns all of them is told at the fields that stay null', async () => {
    const originalError = new RocketError('BAD_USER_INPUT', 'Too many keys');
    const source = sourceThatAnswers([new GraphQLError('x', { path: ['_entities'], originalError })]);
    expect((await fetch(source)).errors).toMatchObject([
      { message: 'Too many keys', path: ['_entities', 0, 'tickets'], extensions: { code: 'BAD_USER_INPUT' } },
      { message: 'Too many keys', path: ['_entities', 1, 'tickets'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('that concerns one of them stays where it is', async () => {
    const path = ['_entities', 1, 'tickets'];
    const source = sourceThatAnswers([new GraphQLError('x', { path })]);
    expect((await fetch(source)).errors).toMatchObject([{ path }]);
  });
});
