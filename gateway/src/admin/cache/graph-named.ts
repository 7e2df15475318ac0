import { appName, graphName, RocketError } from '@rocket/schema';
import type { GraphKey } from '../../graphs/graph-key.ts';

/** The graph of an app, or a named one. @throws RocketError `BAD_USER_INPUT` unless one of them is given */
export function graphNamed({ app, graph }: { app?: string | null; graph?: string | null }): GraphKey {
  if (typeof app === 'string' && typeof graph !== 'string') return { kind: 'app', app: appName(app) };
  if (typeof graph === 'string' && typeof app !== 'string') return { kind: 'named', graph: graphName(graph) };
  throw new RocketError('BAD_USER_INPUT', 'Give either an app or a graph');
}
