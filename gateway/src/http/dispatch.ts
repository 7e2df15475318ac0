import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { HttpAnswer, HttpHandler, HttpStream, Metrics } from '@rocket/platform';
import { prefersHtml } from './accept.ts';
import { errorAnswer } from './answer.ts';
import { type CorsConfig, createCors } from './cors.ts';
import type { Graphiql } from './graphiql.ts';
import { allowedMethods, checkMethod, findRoute, type Route } from './routes.ts';

/** One HTTP request whose head was read. */
export interface HttpRequest {
  readonly message: IncomingMessage;
  readonly requestId: string;
  /** The query string with its question mark, or empty. */
  readonly search: string;
  readonly authorization: string | undefined;
}

/** Answers the requests of each kind of route. */
export interface RouteHandlers {
  graphql(request: HttpRequest, route: Extract<Route, { kind: 'graphql' }>): Promise<HttpAnswer | HttpStream>;
  admin(request: HttpRequest): Promise<HttpAnswer | HttpStream>;
  auth(request: HttpRequest, route: Extract<Route, { kind: 'auth' }>): Promise<HttpAnswer>;
  home(request: HttpRequest): Promise<HttpAnswer>;
  health(): Promise<HttpAnswer>;
  ready(): Promise<HttpAnswer>;
  metrics(request: HttpRequest): Promise<HttpAnswer>;
}

export interface DispatcherOptions extends CorsConfig {
  readonly handlers: RouteHandlers;
  readonly graphiql: Graphiql;
  readonly metrics: Metrics;
}

/** Routes each request to its handler; a browser that opens a GraphQL path gets GraphiQL. */
export function createDispatcher(options: DispatcherOptions): HttpHandler {
  const { metrics } = options;
  const cors = createCors(options);
  const seconds = metrics.histogram({
    name: 'rocket_http_request_seconds',
    help: 'Time to answer HTTP requests, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const observe = boundObservers(seconds);
  return async (message, requestId) => {
    const startedMs = performance.now();
    let route: Route | null = null;
    let answer: HttpAnswer | HttpStream;
    try {
      const { path, search } = splitTarget(message.url ?? '/');
      route = findRoute(path);
      const request = { message, requestId, search, authorization: message.headers.authorization };
      answer = await handle(route, request, options);
    } catch (error) {
      // Errors are answered here, because a page of another origin must be able to read them too. The server logs them.
      answer = { ...errorAnswer(error), failure: error };
    }
    observe(route?.kind ?? 'unknown', answer.status).observe((performance.now() - startedMs) / 1_000);
    return cors(route, message, answer);
  };
}

type Seconds = ReturnType<Metrics['histogram']>;
type Observer = ReturnType<Seconds['labels']>;

/** Bound once for each combination: resolving labels at each request costs more than counting. */
function boundObservers(seconds: Seconds): (route: string, status: number) => Observer {
  const byRoute = new Map<string, Map<number, Observer>>();
  return (route, status) => {
    const byStatus = byRoute.get(route) ?? new Map<number, Observer>();
    byRoute.set(route, byStatus);
    const observer = byStatus.get(status) ?? seconds.labels({ route, status: String(status) });
    byStatus.set(status, observer);
    return observer;
  };
}

async function handle(
  route: Route,
  request: HttpRequest,
  parts: Pick<DispatcherOptions, 'handlers' | 'graphiql'>,
): Promise<HttpAnswer | HttpStream> {
  const { method = 'GET', headers } = request.message;
  if (method === 'OPTIONS') return { status: 204, headers: { allow: allowedMethods(route) }, body: '' };
  checkMethod(route, method);
  const opens = method !== 'POST' && prefersHtml(headers.accept);
  switch (route.kind) {
    case 'graphql':
      return opens ? parts.graphiql.page() : await parts.handlers.graphql(request, route);
    case 'admin':
      return opens ? parts.graphiql.page() : await parts.handlers.admin(request);
    case 'auth':
      return await parts.handlers.auth(request, route);
    case 'graphiql':
      return await parts.graphiql.asset(route.asset, headers['if-none-match']);
    case 'home':
      return await parts.handlers.home(request);
    case 'health':
    case 'ready':
    case 'metrics':
      return await parts.handlers[route.kind](request);
  }
}

/** Without a URL parser, which would resolve `//host` and dots; no route has either. */
function splitTarget(target: string): { path: string; search: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, search: '' } : { path: target.slice(0, at), search: target.slice(at) };
}
