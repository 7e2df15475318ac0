/**
 * Composition of a graph's subgraphs into one supergraph. Takes seconds of CPU for large graphs: run it in a worker.
 */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { AppName } from '../ids.ts';
import { type GraphModels, subgraphSdl } from '../sdl/subgraph-sdl.ts';
import { type CrossAppReference, crossAppReferences } from './cross-app-references.ts';

export type Composition =
  | {
      readonly ok: true;
      readonly supergraphSdl: string;
      readonly references: readonly CrossAppReference[];
    }
  /** Messages that name types and fields of the graph; may be shown to an admin. */
  | { readonly ok: false; readonly errors: readonly string[] };

/** Stands for "the shard map decides" where federation asks for a subgraph's URL. */
export function subgraphUrl(app: AppName): string {
  return `rocket://${app}`;
}

/** Apps without entities have nothing to add and would be refused for lack of a Query: they are left out. */
export function composeGraph(graph: GraphModels): Composition {
  const services = [...graph.members.values()]
    .filter((model) => model.entities.size > 0)
    .map((model) => ({
      name: model.app,
      url: subgraphUrl(model.app),
      typeDefs: parse(subgraphSdl(model, graph)),
    }));
  const result = composeServices(services);
  if (result.errors !== undefined) return { ok: false, errors: result.errors.map((error) => error.message) };
  return { ok: true, supergraphSdl: result.supergraphSdl, references: crossAppReferences(graph) };
}
