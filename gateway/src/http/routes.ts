import { graphName, isAppName, RocketError } from '@rocket/schema';
import { type GraphKey, MAIN_GRAPH } from '../graphs/graph-key.ts';
import { GRAPHIQL_PATH } from './graphiql.ts';

export type Route =
  | { readonly kind: 'graphql'; readonly key: GraphKey }
  | { readonly kind: 'admin' }
  | { readonly kind: 'auth'; readonly action: 'login' | 'refresh' | 'logout' }
  | { readonly kind: 'graphiql'; readonly asset: string }
  | { readonly kind: 'health' | 'ready' | 'metrics' };

const METHODS: Readonly<Record<Route['kind'], readonly string[]>> = {
  graphql: ['GET', 'HEAD', 'POST'],
  admin: ['GET', 'HEAD', 'POST'],
  auth: ['POST'],
  graphiql: ['GET', 'HEAD'],
  health: ['GET', 'HEAD'],
  ready: ['GET', 'HEAD'],
  metrics: ['GET', 'HEAD'],
};

/** Methods that a route takes, for `Allow`. */
export function allowedMethods(route: Route): string {
  return [...METHODS[route.kind], 'OPTIONS'].join(', ');
}

/** @throws RocketError `METHOD_NOT_ALLOWED` with the methods that are */
export function checkMethod(route: Route, method: string): void {
  if (METHODS[route.kind].includes(method)) return;
  throw new RocketError('METHOD_NOT_ALLOWED', `${method} is not allowed here`, {
    details: { allow: allowedMethods(route) },
  });
}

/** @throws RocketError `NOT_FOUND`, `APP_NOT_FOUND`, `GRAPH_NOT_FOUND` */
export function findRoute(path: string): Route {
  switch (path) {
    case '/graphql':
      return { kind: 'graphql', key: { kind: 'named', graph: graphName(MAIN_GRAPH) } };
    case '/admin/graphql':
      return { kind: 'admin' };
    case '/auth/login':
      return { kind: 'auth', action: 'login' };
    case '/auth/refresh':
      return { kind: 'auth', action: 'refresh' };
    case '/auth/logout':
      return { kind: 'auth', action: 'logout' };
    case '/health':
      return { kind: 'health' };
    case '/ready':
      return { kind: 'ready' };
    case '/metrics':
      return { kind: 'metrics' };
    default:
      return findNamedRoute(path);
  }
}

function findNamedRoute(path: string): Route {
  const [, place, name = ''] = /^\/(apps|graphs)\/([^/]+)\/graphql$/.exec(path) ?? [];
  if (place === 'apps') {
    if (!isAppName(name)) throw new RocketError('APP_NOT_FOUND');
    return { kind: 'graphql', key: { kind: 'app', app: name } };
  }
  if (place === 'graphs') {
    // Graphs are named like apps.
    if (!isAppName(name)) throw new RocketError('GRAPH_NOT_FOUND');
    return { kind: 'graphql', key: { kind: 'named', graph: graphName(name) } };
  }
  if (path.startsWith(GRAPHIQL_PATH)) return { kind: 'graphiql', asset: path.slice(GRAPHIQL_PATH.length) };
  throw new RocketError('NOT_FOUND', 'There is nothing at this path');
}
