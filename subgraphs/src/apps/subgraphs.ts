/** Executable subgraphs by graph revision and app: built at the first request that names them, kept while in use. */
import { type Catalog, makeOnce } from '@rocket/platform';
import { type AppId, type AppName, type GraphRevisionId, type Revision, RocketError } from '@rocket/schema';
import type { Models } from './models.ts';
import { buildSubgraph, type Subgraph } from './subgraph.ts';

const MAX_SUBGRAPHS = 200;

export interface StoredSubgraph extends Subgraph {
  /** The app that the graph was composed from. Another app may have got its name since. */
  readonly appId: AppId;
  /** Of the app's document. */
  readonly revision: Revision;
}

export interface Subgraphs {
  /** @throws RocketError `GRAPH_NOT_FOUND`, `APP_NOT_FOUND` when the app is no member of the graph. */
  get(graph: GraphRevisionId, app: AppName): Promise<StoredSubgraph>;
}

interface Wanted {
  readonly graph: GraphRevisionId;
  readonly app: AppName;
}

export function createSubgraphs(catalog: Catalog, models: Models): Subgraphs {
  const get = makeOnce({
    max: MAX_SUBGRAPHS,
    key: ({ graph, app }: Wanted) => `${graph}:${app}`,
    make: build,
  });
  return { get: (graph, app) => get({ graph, app }) };

  async function build({ graph, app }: Wanted): Promise<StoredSubgraph> {
    const revision = await catalog.graphRevision(graph);
    const stored = new Map(
      await Promise.all(
        revision.members.map(
          async ({ app, revision }) => [app, { ...(await models.get(app, revision)), revision }] as const,
        ),
      ),
    );
    const own = stored.get(app);
    if (own === undefined) throw new RocketError('APP_NOT_FOUND', `App ${app} is not in this graph`);
    const members = new Map([...stored].map(([name, { model }]) => [name, model]));
    const subgraph = await buildSubgraph(own.model, { home: revision.home, members });
    return { ...subgraph, appId: own.appId, revision: own.revision };
  }
}
