import { graphName, isAppName, RocketError } from '@rocket/schema';
import { type GraphKey, MAIN_GRAPH } from '../graphs/graph-key.ts';
import { GRAPHIQL_PATH } from './graphiql.ts';

export type Route =
  | { readonly kind: 'graphql'; readonly key: GraphKey }
  | { readonly kind: 'admin' }
  | { readonly kind: 'auth'; readonly action: 'login' | 'refresh' | 'logout' }
  | { readonly kind: 'graphiql'; readonly asset: string }
  | { readonly kind: 'home' | 'health' | 'ready' | 'metrics' };

export const ADMIN_PATH = '/admin/graphql';
export const AUTH_PATHS = {
  login: '/auth/login',
  refresh: '/auth/refresh',
  logout: '/auth/logout',
} as const;
export const OPERATOR_PATHS = { health: '/health', ready: '/ready', metrics: '/metrics' } as const;
const MAIN_PATH = '/graphql';

const METHODS: Readonly<Record<Route['kind'], readonly string[]>> = {
  graphql: ['GET', 'HEAD', 'POST'],
  admin: ['GET', 'HEAD', 'POST'],
  auth: ['POST'],
  graphiql: ['GET', 'HEAD'],
  home: ['GET', 'HEAD'],
  health: ['GET', 'HEAD'],
  ready: ['GET', 'HEAD'],
  metrics: ['GET', 'HEAD'],
};

/** Methods that a route accepts, for `Allow`. */
export function allowedMethods(route: Route): string {
  return [...METHODS[route.kind], 'OPTIONS'].join(', ');
}

/** @throws RocketError `METHOD_NOT_ALLOWED` with the allowed methods */
export function checkMethod(route: Route, method: string): void {
  if (METHODS[route.kind].includes(method)) return;
  throw new RocketError('METHOD_NOT_ALLOWED', `${method} is not allowed here`, {
    details: { allow: allowedMethods(route) },
  });
}

/** The path of a graph, which `findRoute` maps back to it. */
export function graphPath(key: GraphKey): string {
  if (key.kind === 'app') return `/apps/${key.app}/graphql`;
  return key.graph === MAIN_GRAPH ? MAIN_PATH : `/graphs/${key.graph}/graphql`;
}

/**
 * A slash at the end changes nothing: clients and people add one, and a redirect would lose the body of a POST.
 * @throws RocketError `NOT_FOUND`, `APP_NOT_FOUND`, `GRAPH_NOT_FOUND`
 */
export function findRoute(path: string): Route {
  const known = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  switch (known) {
    case '/':
      return { kind: 'home' };
    case MAIN_PATH:
      return { kind: 'graphql', key: { kind: 'named', graph: graphName(MAIN_GRAPH) } };
    case ADMIN_PATH:
      return { kind: 'admin' };
    case AUTH_PATHS.login:
      return { kind: 'auth', action: 'login' };
    case AUTH_PATHS.refresh:
      return { kind: 'auth', action: 'refresh' };
    case AUTH_PATHS.logout:
      return { kind: 'auth', action: 'logout' };
    case OPERATOR_PATHS.health:
      return { kind: 'health' };
    case OPERATOR_PATHS.ready:
      return { kind: 'ready' };
    case OPERATOR_PATHS.metrics:
      return { kind: 'metrics' };
    default:
      return findNamedRoute(known);
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
