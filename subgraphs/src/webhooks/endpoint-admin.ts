/** What administrators do with endpoints. */
import type { Database, Queryable } from '@rocket/platform';
import {
  MAX_SECRET_OVERLAP_DAYS,
  type OfEndpoint,
  RocketError,
  uuidText,
  webhookSecretProblem,
} from '@rocket/schema';
import { enableEndpoint, rotateSecret } from './endpoint-admin-sql.ts';
import {
  disableEndpoint,
  type Endpoint,
  lockEndpoint,
  newSecret,
  selectEndpoint,
  toEndpoint,
} from './endpoint-sql.ts';

const DAY_MS = 24 * 60 * 60_000;

/** @throws RocketError `NOT_FOUND` */
export async function findEndpoint(queryable: Queryable, { endpoint }: OfEndpoint): Promise<Endpoint> {
  const [row] = await queryable.query(selectEndpoint(endpointId(endpoint)));
  if (row === undefined) throw notFound(endpoint);
  return toEndpoint(row);
}

/** @throws RocketError `NOT_FOUND`, `BAD_USER_INPUT` */
export async function rotate(
  queryable: Queryable,
  { endpoint, secret, overlapMs }: OfEndpoint & { secret: string | null; overlapMs: number },
): Promise<{ secret: string }> {
  const problem = secret === null ? null : webhookSecretProblem(secret);
  if (problem !== null) throw new RocketError('BAD_USER_INPUT', `\`secret\`: ${problem}`);
  if (overlapMs > MAX_SECRET_OVERLAP_DAYS * DAY_MS)
    throw new RocketError(
      'BAD_USER_INPUT',
      `\`overlapMs\`: At most ${MAX_SECRET_OVERLAP_DAYS} days are possible`,
    );
  const given = secret ?? newSecret();
  const rotated = await queryable.query(rotateSecret(endpointId(endpoint), { secret: given, overlapMs }));
  if (rotated.length === 0) throw notFound(endpoint);
  return { secret: given };
}

/** @throws RocketError `NOT_FOUND` */
export async function enable(queryable: Queryable, { endpoint }: OfEndpoint): Promise<void> {
  const enabled = await queryable.query(enableEndpoint(endpointId(endpoint)));
  if (enabled.length === 0) throw notFound(endpoint);
}

/** One that is disabled already stays so for the same reason. @throws RocketError `NOT_FOUND` */
export async function disable(database: Database, { endpoint }: OfEndpoint): Promise<void> {
  const id = endpointId(endpoint);
  await database.transaction(async (tx) => {
    const found = await tx.query(lockEndpoint(id));
    if (found.length === 0) throw notFound(endpoint);
    await tx.query(disableEndpoint(id, 'admin'));
  });
}

function endpointId(text: string): string {
  const id = uuidText(text);
  if (id === null) throw notFound(text);
  return id;
}

function notFound(endpoint: string): RocketError {
  return new RocketError('NOT_FOUND', `There is no endpoint ${endpoint}`);
}
