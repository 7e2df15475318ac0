import { appName, graphName, RocketError } from '@rocket/schema';
import { MAIN_GRAPH } from '../graphs/graph-key.ts';
import { checkNamedGraph } from './apps/check-graphs.ts';
import { type AdminParts, publish } from './parts.ts';
import { graphView } from './views.ts';

/**
 * Creates or replaces a named graph, once it is known to compose.
 * @throws RocketError `APP_NOT_FOUND`, `COMPOSITION_FAILED`
 */
export async function putGraph(
  input: { readonly name: string; readonly apps?: readonly string[] | null },
  parts: AdminParts,
) {
  const apps = input.apps ? [...new Set(input.apps.map(appName))] : null;
  const graph = { name: graphName(input.name), apps };
  const snapshot = await parts.view.refresh();
  const unknown = apps?.find((app) => !snapshot.apps.has(app));
  if (unknown !== undefined) throw new RocketError('APP_NOT_FOUND', `There is no app ${unknown}`);
  await checkNamedGraph(graph, snapshot, parts);
  await parts.catalog.putGraph(graph);
  await publish(parts);
  return graphView(graph);
}

/**
 * Without a definition of its own, the graph `main` holds every app again, so that has to compose.
 * @throws RocketError `COMPOSITION_FAILED`
 */
export async function removeGraph(name: string, parts: AdminParts): Promise<true> {
  const graph = graphName(name);
  const snapshot = await parts.view.refresh();
  // Without a definition of its own it holds every app again.
  if (name === MAIN_GRAPH) await checkNamedGraph({ name: graph, apps: null }, snapshot, parts);
  if (!snapshot.graphs.has(graph)) throw new RocketError('GRAPH_NOT_FOUND', `No graph ${graph} is defined`);
  await parts.catalog.removeGraph(graph);
  await publish(parts);
  return true;
}
