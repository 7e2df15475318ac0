/** Executable subgraphs by graph revision and app: built at the first request that names them, kept while in use. */
import type { Catalog } from '@rocket/platform';
import { type AppName, type GraphRevisionId, RocketError } from '@rocket/schema';
import type { Models } from './models.ts';
import { createSingleFlight } from './single-flight.ts';
import { buildSubgraph, type Subgraph } from './subgraph.ts';

const MAX_SUBGRAPHS = 200;

export interface Subgraphs {
  /** @throws RocketError `GRAPH_NOT_FOUND`, `APP_NOT_FOUND` when the app is no member of the graph. */
  get(graph: GraphRevisionId, app: AppName): Promise<Subgraph>;
}

export function createSubgraphs(catalog: Catalog, models: Models): Subgraphs {
  const subgraphs = createSingleFlight<Subgraph>(MAX_SUBGRAPHS);
  return {
    get: (graph, app) => subgraphs.get(`${graph}:${app}`, () => build(graph, app)),
  };

  async function build(id: GraphRevisionId, app: AppName): Promise<Subgraph> {
    const revision = await catalog.graphRevision(id);
    const members = new Map(
      await Promise.all(
        revision.members.map(
          async (member) => [member.app, await models.get(member.app, member.revision)] as const,
        ),
      ),
    );
    const model = members.get(app);
    if (model === undefined) throw new RocketError('APP_NOT_FOUND', `App ${app} is not in this graph`);
    return buildSubgraph(model, { home: revision.home, members });
  }
}
