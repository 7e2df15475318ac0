import type { IncomingMessage } from 'node:http';
import type { HttpAnswer, HttpStream } from '@rocket/platform';
import { allowedMethods, type Route } from './routes.ts';

export interface CorsConfig {
  /**
   * Origins whose pages may call the graphs and `/auth` from a browser, such as `https://shop.example`; `*` means any.
   * None by default: pages of the gateway's own origin and programs other than browsers need no permission.
   */
  readonly corsOrigins?: readonly string[];
}

export const ANY_ORIGIN = '*';
/**
 * What GraphQL clients and tracing in pages send. A browser drops the whole request when one header of it is not
 * listed, and the client only reports "Failed to fetch".
 */
const ALLOWED_HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'x-request-id',
  'x-requested-with',
  // Kept answers.
  'cache-control',
  'if-none-match',
  'x-rocket-consistency',
  // Server-sent events.
  'last-event-id',
  // Apollo's clients; the last goes with GET.
  'apollographql-client-name',
  'apollographql-client-version',
  'x-apollo-operation-name',
  'x-apollo-operation-id',
  'apollo-require-preflight',
  // The corresponding headers of GraphQL Yoga and Hive.
  'graphql-client-name',
  'graphql-client-version',
  'graphql-require-preflight',
  // Tracing: W3C trace context, Sentry.
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
].join(', ');
const EXPOSED_HEADERS = [
  'x-request-id',
  'retry-after',
  'www-authenticate',
  'etag',
  'age',
  'x-rocket-cache',
  'x-rocket-consistency',
].join(', ');
/** Browsers cache a preflight for at most some minutes to hours, whatever this says. */
const PREFLIGHT_TTL_SECONDS = 600;

export type Cors = <Answer extends HttpAnswer | HttpStream>(
  route: Route | null,
  message: IncomingMessage,
  answer: Answer,
) => Answer;

/**
 * Lets pages of listed origins read answers. Credentials in the sense of CORS are never allowed: tokens travel in the
 * Authorization header, which a page has to set itself, so a foreign page can never act as somebody who is signed in.
 * The admin API is only for the command line and our own pages.
 */
export function createCors({ corsOrigins = [] }: CorsConfig): Cors {
  const listed = new Set(corsOrigins);
  return (route, message, answer) => {
    if (listed.size === 0 || (route !== null && route.kind !== 'graphql' && route.kind !== 'auth'))
      return answer;
    const { origin } = message.headers;
    const headers = { ...answer.headers, vary: varyByOrigin(answer.headers['vary']) };
    if (origin === undefined) return { ...answer, headers };
    const allowed = listed.has(ANY_ORIGIN) ? ANY_ORIGIN : listed.has(origin) ? origin : null;
    if (allowed === null) return { ...answer, headers };
    return {
      ...answer,
      headers: {
        ...headers,
        'access-control-allow-origin': allowed,
        'access-control-expose-headers': EXPOSED_HEADERS,
        ...(route !== null && message.method === 'OPTIONS' ? preflightHeaders(route) : {}),
      },
    };
  };
}

/** What the answer already depends on stays. */
function varyByOrigin(vary = ''): string {
  const names = vary.split(/[\s,]+/).filter((name) => name !== '');
  if (names.some((name) => name === '*' || name.toLowerCase() === 'origin')) return vary;
  return [...names, 'Origin'].join(', ');
}

function preflightHeaders(route: Route): Record<string, string> {
  return {
    'access-control-allow-methods': allowedMethods(route),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(PREFLIGHT_TTL_SECONDS),
  };
}
