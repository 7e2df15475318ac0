import type { Server } from '../measure/load.ts';

/** One of the servers of the shop that are compared. */
export interface Side extends Server {
  readonly dialect: Dialect;
}

/**
 * What a side is asked in: our API, which the hand-written server has too; PostGraphile's; or a path and variables
 * alone.
 */
export type Dialect = 'rocket' | 'postgraphile' | 'path';
