import {
  type InterfaceType,
  operationFromDocument,
  printSchema,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';
import type { SupergraphSummary } from './plan-task.ts';

/** Most characters of SDL that are parsed at once, which takes some milliseconds. */
const MAX_PIECE_CHARS = 64 * 1024;

/**
 * Plans the operations of one supergraph, within the planner's own limits for operations with too many possible plans.
 */
export class GraphPlanner {
  readonly #apiSchema: Schema;
  readonly #planner: QueryPlanner;
  readonly summary: SupergraphSummary;

  constructor(supergraphSdl: string) {
    // Composition has validated it, here or elsewhere.
    const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
    this.#apiSchema = supergraph.apiSchema();
    this.#planner = new QueryPlanner(supergraph);
    this.summary = {
      apiSdl: pieces(printSchema(this.#apiSchema)),
      subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
      subtypes: subtypesOf(supergraph.schema),
    };
  }

  /** @throws Error when the operation exceeds the planner's bounds */
  plan(source: string, operationName: string | undefined): string {
    const operation = operationFromDocument(
      this.#apiSchema,
      parse(source, { noLocation: true }),
      operationName === undefined ? {} : { operationName },
    );
    return JSON.stringify(this.#planner.buildQueryPlan(operation));
  }
}

/** Messages of the planner's limits: its errors have no class or code to distinguish them. */
const BOUNDS = /^(?:Number of non-local selections exceeds|Exceeded maximum recursive selections)/;

export function exceedsBounds(error: unknown): boolean {
  return error instanceof Error && BOUNDS.test(error.message);
}

function subtypesOf(schema: Schema): Map<string, Set<string>> {
  const subtypes = new Map<string, Set<string>>();
  const add = (abstract: { readonly name: string }, name: string) => {
    const names = subtypes.get(abstract.name) ?? new Set();
    subtypes.set(abstract.name, names.add(name));
  };
  for (const type of [...schema.objectTypes(), ...schema.interfaceTypes()]) {
    for (const abstract of type.interfaces() as readonly InterfaceType[]) add(abstract, type.name);
  }
  for (const union of schema.unionTypes()) for (const type of union.types()) add(union, type.name);
  return subtypes;
}

/** Cuts SDL between definitions. */
function pieces(sdl: string): string[] {
  const found: string[] = [];
  let begin = 0;
  for (const { loc } of parse(sdl).definitions) {
    if (loc === undefined || loc.end - begin < MAX_PIECE_CHARS) continue;
    found.push(sdl.slice(begin, loc.end));
    begin = loc.end;
  }
  const rest = sdl.slice(begin);
  return rest.trim() === '' ? found : [...found, rest];
}
