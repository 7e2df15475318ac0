import { createHash } from 'node:crypto';
import type { Catalog, Logger } from '@rocket/platform';
import {
  appName,
  ENGINE_VERSION,
  type GraphRevision,
  type GraphRevisionId,
  graphRevisionId,
  graphRevisionText,
  hasSubgraph,
} from '@rocket/schema';
import { ReadScopes } from '../access/read-scopes.ts';
import { startGatewayServer, startSchemaServer } from '../apollo/apollo-server.ts';
import { GraphQuestions } from '../cache/questions/graph-questions.ts';
import type { QuestionIndex } from '../cache/questions/question.ts';
import type { Composer } from '../compose/composer.ts';
import { ShardDataSource } from '../execution/shard-data-source.ts';
import type { SubgraphCaller } from '../execution/subgraph-caller.ts';
import { FastPath } from '../fast-path/fast-path.ts';
import type { GraphContext } from '../graph-context.ts';
import type { Planner } from '../planning/planner.ts';
import { type Compositions, contentKey, type GraphComposition } from './compositions.ts';
import { GraphBroken } from './graph-broken.ts';
import type { GraphShape } from './graph-key.ts';
import type { RevisionDocuments, RevisionModels } from './revision-documents.ts';
import { type GraphStages, ServedGraph } from './served-graph.ts';

const REVISION_ID_LENGTH = 32;

/** Everything a graph is loaded with. */
export interface GraphParts {
  readonly catalog: Catalog;
  readonly composer: Composer;
  readonly compositions: Compositions;
  readonly planner: Planner;
  readonly documents: RevisionDocuments;
  readonly models: RevisionModels;
  readonly subgraphs: SubgraphCaller;
  readonly introspection: boolean;
  /** Where the questions of all graphs are known; null when no answers are kept. */
  readonly index: QuestionIndex | null;
  readonly logger: Logger;
}

/** The name of exactly this composition: the same on every gateway and shard. */
export function revisionIdOf({ home, members }: GraphShape): GraphRevisionId {
  const text = graphRevisionText(home, members, ENGINE_VERSION);
  return graphRevisionId(createHash('sha256').update(text).digest('hex').slice(0, REVISION_ID_LENGTH));
}

/**
 * Composes, builds and warms a graph; what it returns is ready for traffic. The revision is stored in the catalog
 * before any shard gets a request with it. A graph that was composed before needs none of its documents.
 * @throws GraphBroken when its apps do not fit together
 */
export async function loadGraph(shape: GraphShape, parts: GraphParts): Promise<ServedGraph> {
  const revision: GraphRevision = { id: revisionIdOf(shape), ...shape };
  const kept = await parts.compositions.kept(revision);
  const composition = kept ?? (await compose(revision, parts));
  let served: Omit<GraphStages, 'questions' | 'scopes'>;
  if (composition === null) {
    const started = await startSchemaServer<GraphContext>({ ...parts, typeDefs: EMPTY_SDL });
    served = { ...started, fastPath: null };
  } else {
    await parts.catalog.putGraphRevision(revision);
    if (kept === null) await parts.compositions.keep(revision, composition);
    served = await startServer(composition, parts);
  }
  const scopes = new ReadScopes(revision, parts.models);
  const questions = await openQuestions(revision, scopes, parts);
  const graph = new ServedGraph(revision, { ...served, scopes, questions }, parts.logger);
  await graph.warm();
  return graph;
}

/** Null when no answers are kept. */
async function openQuestions(
  revision: GraphRevision,
  scopes: ReadScopes,
  { catalog, index }: GraphParts,
): Promise<GraphQuestions | null> {
  const content = index === null ? null : await contentKey(revision, catalog);
  return content === null || index === null
    ? null
    : new GraphQuestions({ revision, content }, { scopes, index });
}

/** Null for a graph without entities. */
async function compose(
  { home, members }: GraphRevision,
  { composer, documents }: GraphParts,
): Promise<GraphComposition | null> {
  const stored = await Promise.all(members.map((member) => documents(member)));
  const withEntities = stored.filter(({ document }) => hasSubgraph(document));
  if (withEntities.length === 0) return null;
  const composition = await composer.compose(home, withEntities);
  if (!composition.ok) throw new GraphBroken(composition.errors);
  return composition;
}

async function startServer(
  { supergraphSdl, references }: GraphComposition,
  { planner, subgraphs, introspection, logger }: GraphParts,
): Promise<Omit<GraphStages, 'questions' | 'scopes'>> {
  const fastPath = new FastPath(subgraphs);
  const started = await startGatewayServer({
    ...{ supergraphSdl, references, planner, introspection, logger },
    buildDataSource: ({ name }) => new ShardDataSource(appName(name), subgraphs, logger),
    operations: fastPath.operations,
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
