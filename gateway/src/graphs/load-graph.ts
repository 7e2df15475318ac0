import { createHash } from 'node:crypto';
import type { Catalog, Logger, RevisionRecord } from '@rocket/platform';
import {
  appName,
  ENGINE_VERSION,
  type GraphRevision,
  type GraphRevisionId,
  graphRevisionId,
  graphRevisionText,
} from '@rocket/schema';
import { startGatewayServer, startSchemaServer } from '../apollo/apollo-server.ts';
import { GraphQuestions } from '../cache/questions/graph-questions.ts';
import type { Composer } from '../compose/composer.ts';
import { ShardDataSource } from '../execution/shard-data-source.ts';
import type { SubgraphCaller } from '../execution/subgraph-caller.ts';
import { FastPath } from '../fast-path/fast-path.ts';
import type { GraphContext } from '../graph-context.ts';
import type { Planner } from '../planning/planner.ts';
import { GraphBroken } from './graph-broken.ts';
import type { GraphShape } from './graph-key.ts';
import type { RevisionDocuments } from './revision-documents.ts';
import { ServedGraph } from './served-graph.ts';

const REVISION_ID_LENGTH = 32;

/** Everything a graph is loaded with. */
export interface GraphParts {
  readonly catalog: Catalog;
  readonly composer: Composer;
  readonly planner: Planner;
  readonly documents: RevisionDocuments;
  readonly subgraphs: SubgraphCaller;
  readonly introspection: boolean;
  /** Whether answers are kept. */
  readonly cache: boolean;
  readonly logger: Logger;
}

/** The name of exactly this composition: the same on every gateway and shard. */
export function revisionIdOf({ home, members }: GraphShape): GraphRevisionId {
  const text = graphRevisionText(home, members, ENGINE_VERSION);
  return graphRevisionId(createHash('sha256').update(text).digest('hex').slice(0, REVISION_ID_LENGTH));
}

/**
 * Composes, builds and warms a graph; what it returns is ready for traffic. The revision is stored in the catalog
 * before any shard gets a request with it.
 * @throws GraphBroken when its apps do not fit together
 */
export async function loadGraph(shape: GraphShape, parts: GraphParts): Promise<ServedGraph> {
  const revision: GraphRevision = { id: revisionIdOf(shape), ...shape };
  const records = await Promise.all(shape.members.map((member) => parts.documents(member)));
  const members = records.filter((record) => record.document.entities.length > 0);
  const served =
    members.length === 0
      ? { ...(await startSchemaServer<GraphContext>({ ...parts, typeDefs: EMPTY_SDL })), fastPath: null }
      : await startServer(revision, members, parts);
  const documents = new Map(members.map(({ app, document }) => [app, document]));
  const questions = parts.cache ? new GraphQuestions({ graph: revision.id, documents }) : null;
  const graph = new ServedGraph(revision, { ...served, questions }, parts.logger);
  await graph.warm();
  return graph;
}

async function startServer(
  revision: GraphRevision,
  members: readonly RevisionRecord[],
  { composer, planner, catalog, subgraphs, introspection, logger }: GraphParts,
) {
  const [composition] = await Promise.all([
    composer.compose(revision.home, members),
    catalog.putGraphRevision(revision),
  ]);
  if (!composition.ok) throw new GraphBroken(composition.errors);
  const fastPath = new FastPath(subgraphs);
  const started = await startGatewayServer({
    supergraphSdl: composition.supergraphSdl,
    references: composition.references,
    planner,
    buildDataSource: ({ name }) => new ShardDataSource(appName(name), subgraphs, logger),
    operations: fastPath.operations,
    introspection,
    logger,
  });
  return { ...started, fastPath };
}

/** GraphQL has no schema without fields, so a graph without entities has one that says so. */
const EMPTY_SDL = `
  type Query {
    "This graph has no entities yet: import an app, or add one to the graph."
    _empty: Boolean
  }
`;
