/** Requests that a gateway has to answer alike whether it knows their operation or not. */
import type { ErrorCode } from '@rocket/schema';

export const CRM = '/apps/crm/graphql';
export const JSON_TYPE = { 'content-type': 'application/json' };
export const ONE = '{ customer(id: "1") { id name } }';
export const BY_ID = 'query One($id: ID!) { customer(id: $id) { id name } }';
export const CREATE =
  'mutation { createCustomer(input: { name: "x" }) { customer { id } errors { message } } }';
export const BOTH = '{ crmCustomer(id: "1") { id } shopProduct(id: "1") { id } }';

export interface Case {
  readonly name: string;
  readonly query: string;
  readonly path?: string;
  /** Answer of the request that makes the operation known. */
  readonly known?: {
    readonly variables?: Record<string, unknown>;
    readonly operationName?: string;
    readonly headers?: Record<string, string>;
  };
  /** The request as it is compared. */
  readonly request?: (query: string) => { readonly init: RequestInit; readonly search?: string };
  readonly failure?: { readonly code: ErrorCode; readonly app?: string };
  readonly status: number;
  /** The shard gets the caller's own text. */
  readonly passes: boolean;
}

export const post = (body: unknown, headers: Record<string, string> = {}) => ({
  init: { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) },
});
export const withHeaders = (headers: Record<string, string>) => ({
  known: { headers },
  request: (query: string) => post({ query }, headers),
});
export const withVariables = (variables: unknown, headers: Record<string, string> = {}) => ({
  query: BY_ID,
  known: { variables: { id: '1' }, headers },
  request: (query: string) => post({ query, variables }, headers),
});
export const get = (query: string, headers: Record<string, string>, method = 'GET') => ({
  init: { method, headers },
  search: `?query=${encodeURIComponent(query)}`,
});
