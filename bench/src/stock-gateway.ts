/**
 * The peer: Apollo Server and `@apollo/gateway` as their documentation sets them up, with `RemoteGraphQLDataSource`,
 * over the very same shard processes. The only addition is the signed header, without which a shard refuses to answer.
 * Usage: node stock-gateway.ts SETTINGS_FILE
 */
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createInternalSigner } from '@rocket/platform';
import {
  appName,
  type CallContext,
  epoch,
  graphRevisionId,
  INTERNAL_CALL_HEADER,
  OPERATION_PATH,
} from '@rocket/schema';
import { z } from 'zod';

const Settings = z.object({
  port: z.number(),
  supergraphSdl: z.string(),
  internalKey: z.string(),
  graph: z.string(),
  /** Base URL of the shard process of each app. */
  shardUrls: z.record(z.string(), z.string()),
});

const settings = Settings.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const REQUEST_TIMEOUT_MS = 30_000;
const signer = createInternalSigner(settings.internalKey);

const gateway = new ApolloGateway({
  supergraphSdl: settings.supergraphSdl,
  buildService: ({ name }) =>
    new RemoteGraphQLDataSource({
      url: `${settings.shardUrls[name]}${OPERATION_PATH}`,
      fetcher: async (url, init) => {
        const context: CallContext = {
          app: appName(name),
          epoch: epoch(1),
          graph: graphRevisionId(settings.graph),
          caller: { userId: 'bench', email: null, roles: ['admin'], isAdmin: true },
          requestId: 'bench',
          deadlineAtMs: Date.now() + REQUEST_TIMEOUT_MS,
        };
        const request = { method: 'POST', path: OPERATION_PATH, body: String(init?.body) };
        const headers = { ...init?.headers, [INTERNAL_CALL_HEADER]: signer.signCall(context, request) };
        return await fetch(url, { ...request, headers });
      },
    }),
});

await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { port: settings.port, host: '127.0.0.1' },
});
