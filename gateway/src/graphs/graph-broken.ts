import { RocketError } from '@rocket/schema';

/**
 * The apps of a graph do not fit together, and will not until one of them changes. The exact fault names types and
 * fields, so it stays in `cause` for the log: callers of the graph only learn that they cannot fix it.
 */
export class GraphBroken extends RocketError {
  constructor(errors: readonly string[]) {
    super('NOT_READY', 'This graph cannot be served: its apps do not fit together', {
      cause: new RocketError('COMPOSITION_FAILED', errors.join('\n')),
    });
    this.name = 'GraphBroken';
  }
}
