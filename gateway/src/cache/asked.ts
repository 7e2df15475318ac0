/** A request at the cache. */
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from '@rocket/platform';
import type { ConsistencyToken } from '../consistency/consistency-token.ts';
import type { FactCollector } from '../execution/fact-collector.ts';
import type { ServedGraph } from '../graphs/served-graph.ts';
import { wantsFresh } from '../http/conditional.ts';
import type { GraphqlRequest } from '../http/graphql-request.ts';
import type { Identity } from '../identity/identity.ts';

/** What of a request's head counts for its answer. */
export interface AskedHead {
  readonly method: 'GET' | 'POST';
  /** What decides the form of the answer. */
  readonly accept: string;
  /** The caller wants an answer that is read for them. */
  readonly wantsFresh: boolean;
  readonly ifNoneMatch: string | undefined;
}

export interface Asked {
  readonly graph: ServedGraph;
  /** Name of the graph, for metrics. */
  readonly name: string;
  readonly identity: Identity;
  readonly head: AskedHead;
  /** Equal for requests that are equal in every letter that counts. */
  readonly hash: string;
  /** Reads the request. @throws RocketError for one that is malformed */
  readonly request: () => Promise<GraphqlRequest>;
  /** What the caller must see; null for nothing in particular. */
  readonly token: ConsistencyToken | null;
  /** Unix time in ms. */
  readonly deadlineAtMs: number;
}

/** Executes the request, and collects what its answer depends on. */
export type ReadAnswer = (request: GraphqlRequest, facts: FactCollector) => Promise<HttpAnswer>;

export function askedHead({ method, headers }: IncomingMessage): AskedHead {
  return {
    method: method === 'POST' ? 'POST' : 'GET',
    accept: headers.accept ?? '',
    wantsFresh: wantsFresh(headers['cache-control']),
    ifNoneMatch: headers['if-none-match'],
  };
}

/** Browsers and clients send less. Many thousands of hashes are kept, so that their length is bounded. */
const MAX_ACCEPT_CHARS = 200;

/** @param parameters body of a POST, query string of a GET */
export function askedHash({ method, accept }: AskedHead, parameters: Buffer | string): string {
  const form = accept.length <= MAX_ACCEPT_CHARS ? accept : `sha256 ${hash('sha256', accept, 'base64url')}`;
  return `${method} ${hash('sha256', parameters, 'base64url')} ${form}`;
}
