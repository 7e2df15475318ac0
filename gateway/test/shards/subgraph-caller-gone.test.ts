import { composeServices } from '@apollo/composition';
import { createLogger } from '@rocket/platform';
import { expect, it } from 'vitest';
import { createSupergraphGateway } from '../../src/index.ts';
import { parse } from '../support/graphql.ts';
import { startServer } from '../support/http.ts';

const SDL = 'type Query { slow: String } type Mutation { slowly: String }';

it('a subgraph elsewhere is no longer asked for a caller who has gone, unless they write', async () => {
  const asked: (() => void)[] = [];
  const left: string[] = [];
  const subgraph = await startServer(async (request, response) => {
    response.once('close', () => left.push(response.writableFinished ? 'answered' : 'cut'));
    asked.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (!request.socket.destroyed) response.end('{"data":{"slowly":"done"}}');
  });
  const { supergraphSdl = '' } = composeServices([
    { name: 'elsewhere', url: subgraph.url, typeDefs: parse(SDL) },
  ]);
  const gateway = await createSupergraphGateway({
    supergraphSdl,
    config: { introspection: true, maxBodyBytes: 100_000, requestTimeoutMs: 60_000 },
    logger: createLogger({ level: 'silent', name: 'test' }),
  });
  const url = `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}/graphql`;
  const leave = async (query: string): Promise<void> => {
    const leaving = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    asked.push(resolve);
    const answer = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    });
    await promise;
    leaving.abort();
    await expect(answer).rejects.toThrow('abort');
    await expect.poll(() => left.length, { timeout: 10_000 }).toBe(1);
  };
  await leave('{ slow }');
  expect(left.splice(0)).toEqual(['cut']);
  await leave('mutation { slowly }');
  expect(left).toEqual(['answered']);
  await gateway.close();
  await subgraph.close();
});
