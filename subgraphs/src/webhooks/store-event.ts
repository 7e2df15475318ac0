/** What an event asks for is stored, to be sent by a worker: for an event that workers have given up. */
import type { Database, EventBus } from '@rocket/platform';
import { type AppModel, matchWebhooks, RocketError, type StreamRecord } from '@rocket/schema';
import { type Delivery, type DeliveryState, insertDeliveries } from './delivery-sql.ts';
import { DISABLED_ERROR, ensureEndpoints, selectEndpoints, toEndpoint } from './endpoint-sql.ts';
import { insertForms, storedForm } from './request-form.ts';
import { tellDue } from './tell-due.ts';

export interface StoringParts {
  readonly model: AppModel;
  readonly database: Database;
  readonly bus: Pick<EventBus, 'publish'>;
}

/**
 * What is stored already stays as it is.
 * @param record with its records
 * @throws RocketError `EVENTS_UNAVAILABLE` when no worker could be told
 */
export async function storeDeliveries(
  { model, database, bus }: StoringParts,
  record: StreamRecord,
): Promise<void> {
  const found = matchWebhooks(model, record);
  if (found.length === 0) return;
  const urls = found.map(({ url }) => url);
  await database.transaction(async (tx) => {
    await tx.query(ensureEndpoints(urls));
    const endpoints = (await tx.query(selectEndpoints(urls))).map(toEndpoint);
    const stored = found.map(({ url, form, fault, ...rest }): Delivery & DeliveryState => {
      const endpoint = endpoints.find((each) => each.url === url);
      if (endpoint === undefined) throw new Error('An endpoint that was made is not there');
      const error = fault ?? (endpoint.disabled === null ? null : DISABLED_ERROR);
      const state = { claim: 0, tries: 0, lastStatus: null, error, dueInMs: error === null ? 0 : null };
      const status = error === null ? 'pending' : 'failed';
      return { ...rest, endpointId: endpoint.id, form: storedForm(form).hash, ...state, status };
    });
    await tx.query(insertForms(found.map(({ form }) => form)));
    await tx.query(insertDeliveries(stored));
  });
  if (!(await tellDue(bus, { app: model.app, inMs: 0 }))) throw new RocketError('EVENTS_UNAVAILABLE');
}
