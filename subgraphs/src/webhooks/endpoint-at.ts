import type { Queryable } from '@rocket/platform';
import { type Endpoint, ensureEndpoints, selectEndpoints, toEndpoint } from './endpoint-sql.ts';

/** The endpoint of an address, which is made when there is none yet. */
export async function endpointAt(queryable: Pick<Queryable, 'query'>, url: string): Promise<Endpoint> {
  const [known] = await queryable.query(selectEndpoints([url]));
  if (known !== undefined) return toEndpoint(known);
  await queryable.query(ensureEndpoints([url]));
  const [made] = await queryable.query(selectEndpoints([url]));
  if (made === undefined) throw new Error('An endpoint that was made is not there');
  return toEndpoint(made);
}
