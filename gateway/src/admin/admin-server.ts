import { readFile } from 'node:fs/promises';
import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { startSchemaServer } from '../apollo/apollo-server.ts';
import { executeRequest } from '../apollo/execute-request.ts';
import { prepareRequest } from '../documents/prepare-request.ts';
import type { HttpRequest } from '../http/dispatch.ts';
import { type GraphqlRequest, readGraphqlRequest } from '../http/graphql-request.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Identity } from '../identity/identity.ts';
import type { EventStreamPlace } from '../streams/operation-place.ts';
import { adminPlace } from './admin-place.ts';
import { createSettler } from './apps/settler.ts';
import { createExclusive } from './exclusive.ts';
import { MoveWatch } from './moves/move-watch.ts';
import type { AdminContext, AdminParts, PlatformIdentity } from './parts.ts';
import { adminResolvers } from './resolvers.ts';

/** A document is sent with all its sample data in one request. Admins may send larger bodies than strangers. */
const MIN_IMPORT_BYTES = 32 * 1024 * 1024;

export interface Admin {
  serve(request: HttpRequest): Promise<HttpAnswer>;
  /** For operations that are asked for as a stream of events. */
  readonly place: EventStreamPlace;
  close(): Promise<void>;
}

export interface AdminOptions extends AdminParts {
  readonly authenticator: Authenticator;
  readonly introspection: boolean;
  /** At least as many as a document with sample data needs. */
  readonly maxImportBytes: number;
}

/** The admin API: an Apollo Server of its own, behind platform tokens. */
export async function createAdmin(options: AdminOptions): Promise<Admin> {
  const exclusive = createExclusive(options);
  const settler = createSettler(options);
  const watch = new MoveWatch({ moves: options.catalog.moves, logger: options.logger });
  const { server, documents } = await startSchemaServer<AdminContext>({
    introspection: options.introspection,
    logger: options.logger,
    typeDefs: await readFile(new URL('./admin.graphql', import.meta.url), 'utf8'),
    resolvers: adminResolvers(options, { exclusive, settler, watch }),
  });
  const maxBytes = Math.max(options.maxImportBytes, MIN_IMPORT_BYTES);
  const answer = async (graphql: GraphqlRequest, context: AdminContext): Promise<HttpAnswer> => {
    const { http, more } = prepareRequest(graphql, documents);
    return await executeRequest(server, http, { ...context, ...more });
  };
  const { introspection, logger } = options;
  return {
    async serve(request) {
      const identity = requirePlatform(await options.authenticator.authenticate(request.authorization));
      const graphql = await readGraphqlRequest(request.message, request.search, maxBytes);
      return await answer(graphql, contextOf(identity, request.requestId));
    },
    place: adminPlace({
      ...{ introspection, logger, requirePlatform, contextOf, answer },
      ...{ schema: documents.schema, maxBodyBytes: maxBytes },
    }),
    async close() {
      watch.close();
      await settler.close();
      await server.stop();
    },
  };
}

function contextOf(identity: PlatformIdentity, requestId: string): AdminContext {
  return { requestId, identity, actor: identity.email ?? identity.userId };
}

/** @throws RocketError `UNAUTHENTICATED` without a token, `FORBIDDEN` with one of an app */
function requirePlatform(identity: Identity): PlatformIdentity {
  if (identity.kind === 'anonymous') throw new RocketError('UNAUTHENTICATED', 'A platform token is required');
  if (identity.kind === 'app') throw new RocketError('FORBIDDEN', 'Administration takes a platform token');
  return identity;
}
