import { createRequire } from 'node:module';

/**
 * The copy of graphql that Apollo's packages load. A test runner that prefers ES modules gives test files another one,
 * and graphql refuses schemas of a copy that is not its own.
 */
const graphql: typeof import('graphql') = createRequire(import.meta.url)('graphql');

export const { execute, graphql: runGraphql, parse } = graphql;
