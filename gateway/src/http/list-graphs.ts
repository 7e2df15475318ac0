import type { CatalogSnapshot } from '@rocket/platform';
import { type AppName, appGraphMembers } from '@rocket/schema';
import { acceptsTokensOf, type GraphKey, MAIN_GRAPH, namedGraphs } from '../graphs/graph-key.ts';
import type { Identity } from '../identity/identity.ts';

/** A graph that can be asked, as the page at `/` shows it. */
export interface ListedGraph {
  readonly key: GraphKey;
  /** The apps in it. Null is every app, now and later. */
  readonly apps: readonly AppName[] | null;
}

/** Kept per snapshot, so that requests do not iterate over all apps: the list only changes with the catalog. */
const listed = new WeakMap<CatalogSnapshot, readonly ListedGraph[]>();

/** All graphs that are served: `main`, the other named ones, then the apps by name. */
export function listGraphs(snapshot: CatalogSnapshot): readonly ListedGraph[] {
  const known = listed.get(snapshot);
  if (known !== undefined) return known;
  const graphs = [...namedOf(snapshot), ...appsOf(snapshot)];
  listed.set(snapshot, graphs);
  return graphs;
}

/**
 * Those of `graphs` that a caller may know of. Names of apps are part of the schema, so whoever may read it may read
 * them; where introspection is off, callers see the graphs that accept their token, and strangers see none: null.
 */
export function visibleGraphs(
  snapshot: CatalogSnapshot,
  { introspection, identity }: { readonly introspection: boolean; readonly identity: Identity },
): readonly ListedGraph[] | null {
  const graphs = listGraphs(snapshot);
  if (introspection || identity.kind === 'platform') return graphs;
  if (identity.kind === 'anonymous') return null;
  return graphs.filter(({ key }) => acceptsTokensOf(key, identity.app, snapshot));
}

function namedOf(snapshot: CatalogSnapshot): ListedGraph[] {
  const main = (graph: { readonly name: string }) => (graph.name === MAIN_GRAPH ? 0 : 1);
  return namedGraphs(snapshot)
    .sort((a, b) => main(a) - main(b) || (a.name < b.name ? -1 : 1))
    .map(({ name, apps }) => ({ key: { kind: 'named', graph: name }, apps }));
}

function appsOf(snapshot: CatalogSnapshot): ListedGraph[] {
  const active = [...snapshot.apps.values()].filter((app) => app.activeRevision !== null);
  const refersTo = new Map(active.map((app) => [app.name, app.refersTo]));
  return [...refersTo.keys()]
    .sort()
    .map((app) => ({ key: { kind: 'app', app }, apps: appGraphMembers(app, refersTo) }));
}
