import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { PlanPath } from '../planning/query-plan.ts';
import type { AnswerObject } from './answer-data.ts';
import { pathsOf } from './positions.ts';

/** Apollo's code for errors of subgraphs that have none. */
const NO_CODE = 'DOWNSTREAM_SERVICE_ERROR';

/** The place of a fetch, so that errors are reported at their places in the caller's answer. */
export interface FetchPlace {
  readonly serviceName: string;
  readonly root: AnswerObject;
  readonly path: PlanPath;
  /** Indexes of the fetched entities among the objects at the path; null for a fetch of root fields. */
  readonly entities: readonly number[] | null;
}

/** The errors of a subgraph's answer in the form for the caller. */
export function errorsOfFetch(errors: readonly GraphQLFormattedError[], place: FetchPlace): GraphQLError[] {
  const { serviceName } = place;
  const paths = place.entities === null ? [] : pathsOf(place.root, place.path);
  return errors.map(({ message, path, extensions }) => {
    const answerPath = path === undefined ? undefined : translate(path, place, paths);
    return new GraphQLError(message || `Error while fetching subquery from service "${serviceName}"`, {
      ...(answerPath === undefined ? {} : { path: answerPath }),
      extensions: { ...extensions, serviceName, code: extensions?.['code'] || NO_CODE },
    });
  });
}

function translate(
  path: readonly (string | number)[],
  { path: fetched, entities }: FetchPlace,
  paths: readonly (readonly (string | number)[])[],
): readonly (string | number)[] {
  // The first element is `_entities`, the second is the index of the entity.
  const [, index, ...rest] = path;
  if (entities === null || typeof index !== 'number') return [...fetched, ...path];
  const entity = entities[index];
  return [...((entity === undefined ? undefined : paths[entity]) ?? []), ...rest];
}

/** A fetch that failed as a whole. */
export function failureOfFetch(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
