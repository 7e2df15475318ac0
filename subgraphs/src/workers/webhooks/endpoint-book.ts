/** The endpoints of an app as those who send know them: read again every few seconds while they are used. */
import { type Database, shareNextRun } from '@rocket/platform';
import {
  type Endpoint,
  ensureEndpoints,
  selectAllEndpoints,
  toEndpoint,
} from '../../webhooks/endpoint-sql.ts';

/** What an administrator changes is seen after so long at the latest. */
const FRESH_MS = 3_000;
const QUERY_MS = 10_000;

export interface EndpointBook {
  /** It is made when there is none yet. */
  at(url: string): Promise<Endpoint>;
  /** @param maxAgeMs of what is known of it */
  byId(id: string, maxAgeMs?: number): Promise<Endpoint>;
  /** It is read again before it is used. */
  changed(): void;
}

export function createEndpointBook(database: Database): EndpointBook {
  let byUrl: ReadonlyMap<string, Endpoint> = new Map();
  let byId: ReadonlyMap<string, Endpoint> = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const limits = () => ({ deadlineAtMs: Date.now() + QUERY_MS });

  // Who has made an endpoint reads after that: a run that began before does not know it.
  const read = shareNextRun(async () => {
    const startedAtMs = performance.now();
    const endpoints = (await database.query(selectAllEndpoints(), limits())).map(toEndpoint);
    byUrl = new Map(endpoints.map((endpoint) => [endpoint.url, endpoint]));
    byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    readAtMs = startedAtMs;
  });
  const refresh = async (maxAgeMs = FRESH_MS): Promise<void> => {
    if (performance.now() - readAtMs > maxAgeMs) await read();
  };

  return {
    async at(url) {
      await refresh();
      const known = byUrl.get(url);
      if (known !== undefined) return known;
      await database.query(ensureEndpoints([url]), limits());
      await read();
      return required(byUrl.get(url));
    },
    async byId(id, maxAgeMs) {
      await refresh(maxAgeMs);
      // Another process may have made it a moment ago.
      if (!byId.has(id)) await read();
      return required(byId.get(id));
    },
    changed: () => {
      readAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

function required(endpoint: Endpoint | undefined): Endpoint {
  if (endpoint === undefined) throw new Error('An endpoint of a delivery is not there');
  return endpoint;
}
