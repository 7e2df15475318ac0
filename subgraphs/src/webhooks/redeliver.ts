/** Deliveries that have ended are made due again. */
import type { Database, EventBus, Transaction } from '@rocket/platform';
import { type AppName, type ChosenDeliveries, type DeliveryFilter, RocketError } from '@rocket/schema';
import { filterValues, givenId } from './delivery-filter.ts';
import { selectNewestDelivery } from './delivery-sql.ts';
import { type SharedEndpoint, shareEndpoints, toSharedEndpoint } from './endpoint-admin-sql.ts';
import {
  type AskedAgain,
  askAgain,
  REDELIVERED_AT_ONCE,
  selectEndpointsOf,
  toAskedAgain,
  toId,
} from './redeliver-sql.ts';
import { tellDue } from './tell-due.ts';

export interface Redelivery {
  readonly app: AppName;
  readonly database: Database;
  readonly bus: Pick<EventBus, 'publish'>;
}

const EVERYTHING: DeliveryFilter = {
  ...{ endpoint: null, status: null, event: null, entity: null, recordKey: null, since: null, until: null },
};

/**
 * In their order, many in one transaction, but not all of them: after an error some may be due. Repeating it is safe, as
 * those are left as they are.
 * @returns how many
 * @throws RocketError `CONFLICT` for those of an endpoint that is disabled, `BAD_USER_INPUT` for an id or a time that is
 *   none, `EVENTS_UNAVAILABLE` when nobody could be told
 */
export async function redeliver(of: Redelivery, chosen: ChosenDeliveries): Promise<{ count: number }> {
  const filter = filterValues(chosen.kind === 'filter' ? chosen.filter : EVERYTHING);
  const ids = chosen.kind === 'ids' ? chosen.ids.map((id) => givenId('ids', id)) : null;
  // What is made later was not meant, and could come as fast as it is made due here.
  const [newest] = await of.database.query(selectNewestDelivery());
  const last = newest === undefined ? null : toId(newest);
  let count = 0;
  let after: string | null = null;
  let isTold = false;
  do {
    const batch: AskedAgain = await of.database.transaction(async (tx) => {
      const endpoints = await usableEndpoints(tx, chosen);
      const [row] = await tx.query(askAgain({ filter, ids, endpoints, after, last }));
      return toAskedAgain(row);
    });
    count += batch.count;
    after = batch.last;
    // Also when there was none: a call before may have failed to tell.
    isTold = await tellDue(of.bus, { app: of.app, inMs: 0 });
    if (batch.count < REDELIVERED_AT_ONCE) after = null;
  } while (after !== null);
  if (isTold) return { count };
  const message =
    'The event stream does not answer. The deliveries will be sent when a worker looks for them again; asking again is safe';
  throw new RocketError('EVENTS_UNAVAILABLE', message);
}

/** None of them is disabled before the transaction ends. */
async function usableEndpoints(tx: Transaction, chosen: ChosenDeliveries): Promise<readonly string[]> {
  const endpoints = (await tx.query(shareEndpoints())).map(toSharedEndpoint);
  const named = await namedEndpoints(tx, chosen);
  const disabled = endpoints.filter(({ id, isDisabled }) => isDisabled && named.has(id));
  if (disabled.length > 0) throw disabledError(disabled);
  return endpoints.filter(({ isDisabled }) => !isDisabled).map(({ id }) => id);
}

async function namedEndpoints(tx: Transaction, chosen: ChosenDeliveries): Promise<ReadonlySet<string>> {
  if (chosen.kind === 'ids') return new Set((await tx.query(selectEndpointsOf(chosen.ids))).map(toId));
  const { endpoint } = chosen.filter;
  return new Set(endpoint === null ? [] : [givenId('endpoint', endpoint)]);
}

function disabledError(disabled: readonly SharedEndpoint[]): RocketError {
  const urls = disabled.map(({ url }) => url).join(', ');
  return new RocketError('CONFLICT', `Disabled, so nothing is sent there: ${urls}. Enable it first`);
}
