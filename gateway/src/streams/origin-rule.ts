/**
 * Which pages of browsers may open a stream. Neither a WebSocket nor an EventSource asks before it connects, as other
 * requests across origins do.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { RocketError } from '@rocket/schema';
import { ANY_ORIGIN } from '../http/cors.ts';

/** @throws RocketError `FORBIDDEN` for a page of an origin that is neither the request's own nor listed */
export type OriginRule = (headers: IncomingHttpHeaders) => void;

/** What a browser says of a request of the page's own origin, and of an address that somebody has typed. */
const OWN_SITES = new Set(['same-origin', 'none']);

/** @param corsOrigins origins whose pages may call the graphs; `*` means any */
export function createOriginRule(corsOrigins: readonly string[]): OriginRule {
  const listed = new Set(corsOrigins);
  return (headers) => {
    const { origin } = headers;
    if (origin === undefined) {
      // Browsers name the origin of every WebSocket, and of every request that another origin may read.
      const site = headers['sec-fetch-site'];
      if (site === undefined || OWN_SITES.has(String(site))) return;
    } else if (listed.has(ANY_ORIGIN) || listed.has(origin) || isOwn(origin, headers)) return;
    throw new RocketError('FORBIDDEN', 'Pages of this origin may not open a stream here');
  };
}

/**
 * True when the page came from the host that the request is for. A proxy may have changed the host; pages cannot set
 * the header in which it tells the original one.
 */
function isOwn(origin: string, headers: IncomingHttpHeaders): boolean {
  const page = URL.parse(origin);
  if (page === null || page.host === '') return false;
  const forwarded = String(headers['x-forwarded-host'] ?? '').split(',', 1);
  return [headers.host, ...forwarded].some(
    // The page's scheme, so that its default port means the same in both.
    (host = '') => host !== '' && URL.parse(`${page.protocol}//${host.trim()}`)?.host === page.host,
  );
}
