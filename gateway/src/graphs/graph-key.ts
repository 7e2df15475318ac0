import type { CatalogSnapshot, GraphDefinition } from '@rocket/platform';
import {
  type AppName,
  appGraphMembers,
  type GraphMember,
  type GraphName,
  graphName,
  RocketError,
} from '@rocket/schema';

/** Names a graph: an app's own, or a named one. */
export type GraphKey =
  | { readonly kind: 'app'; readonly app: AppName }
  | { readonly kind: 'named'; readonly graph: GraphName };

/** The graph at `/graphql`. It exists from the start, with every app, until an admin defines it. */
export const MAIN_GRAPH = 'main';

/** What a graph consists of at one moment. */
export interface GraphShape {
  readonly home: AppName | null;
  readonly members: readonly GraphMember[];
}

export function graphKeyText(key: GraphKey): string {
  return key.kind === 'app' ? `app:${key.app}` : `named:${key.graph}`;
}

/** @throws RocketError `APP_NOT_FOUND` or `GRAPH_NOT_FOUND` */
export function shapeOf(key: GraphKey, snapshot: CatalogSnapshot): GraphShape {
  return key.kind === 'app' ? appGraphShape(key.app, snapshot) : namedGraphShape(key.graph, snapshot);
}

/**
 * True for the apps whose tokens are accepted at a graph: the home app at its own graph, every member at a named one.
 * Called for each request, so the work must not grow with the number of apps.
 * @throws RocketError `GRAPH_NOT_FOUND`
 */
export function acceptsTokensOf(key: GraphKey, app: AppName, snapshot: CatalogSnapshot): boolean {
  if (key.kind === 'app') return key.app === app;
  const apps = definitionOf(key.graph, snapshot)?.apps ?? null;
  return apps === null ? snapshot.apps.has(app) : apps.includes(app);
}

/** All named graphs, the built-in one included. */
export function namedGraphs(snapshot: CatalogSnapshot): GraphDefinition[] {
  const main = graphName(MAIN_GRAPH);
  const definitions = [...snapshot.graphs.values()];
  return snapshot.graphs.has(main) ? definitions : [{ name: main, apps: null }, ...definitions];
}

/** The graphs that an app is part of, or would be with the cross-app relations `refersTo`. */
export function graphsWith(
  app: AppName,
  refersTo: readonly AppName[],
  snapshot: CatalogSnapshot,
): GraphKey[] {
  const linked = [...snapshot.apps.values()]
    .filter((other) => other.refersTo.includes(app))
    .map((other) => other.name);
  const homes = new Set([app, ...refersTo, ...linked]);
  const named = namedGraphs(snapshot).filter((graph) => graph.apps === null || graph.apps.includes(app));
  return [
    ...[...homes].map((home): GraphKey => ({ kind: 'app', app: home })),
    ...named.map((graph): GraphKey => ({ kind: 'named', graph: graph.name })),
  ];
}

function appGraphShape(app: AppName, snapshot: CatalogSnapshot): GraphShape {
  const record = snapshot.apps.get(app);
  if (record === undefined || record.activeRevision === null) {
    throw new RocketError('APP_NOT_FOUND', `There is no app ${app}`);
  }
  const refersTo = new Map([...snapshot.apps.values()].map((other) => [other.name, other.refersTo]));
  return { home: app, members: activeMembers(appGraphMembers(app, refersTo), snapshot) };
}

function namedGraphShape(name: GraphName, snapshot: CatalogSnapshot): GraphShape {
  return { home: null, members: activeMembers(appsOf(name, snapshot), snapshot) };
}

function appsOf(name: GraphName, snapshot: CatalogSnapshot): readonly AppName[] {
  return definitionOf(name, snapshot)?.apps ?? [...snapshot.apps.keys()];
}

/** Undefined for the graph `main` as long as nobody has defined it. */
function definitionOf(name: GraphName, snapshot: CatalogSnapshot): GraphDefinition | undefined {
  const definition = snapshot.graphs.get(name);
  if (definition === undefined && name !== MAIN_GRAPH) {
    throw new RocketError('GRAPH_NOT_FOUND', `There is no graph ${name}`);
  }
  return definition;
}

/** Apps that are still being created, or were removed while a graph lists them, are left out. */
function activeMembers(apps: readonly AppName[], snapshot: CatalogSnapshot): GraphMember[] {
  return [...apps].sort().flatMap((app) => {
    const revision = snapshot.apps.get(app)?.activeRevision ?? null;
    return revision === null ? [] : [{ app, revision }];
  });
}
