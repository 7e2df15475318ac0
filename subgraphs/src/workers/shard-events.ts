/** Events that workers have given up, as a shard handles them once more. */
import type { EventBus } from '@rocket/platform';
import {
  type AppModel,
  type ConsumedEvent,
  concernsWebhooks,
  type Placed,
  RocketError,
  readStream,
  type ShardService,
  type StreamRecord,
  WEBHOOKS_CONSUMER,
  WORKFLOWS_CONSUMER,
} from '@rocket/schema';
import type { OpenApps } from '../apps/open-apps.ts';
import { ensureSystemTables } from '../tables/ensure-system-tables.ts';
import { storeDeliveries } from '../webhooks/store-event.ts';
import { toldEvent, wasToldBy } from './told-event.ts';
import { wholeRecord } from './whole-record.ts';
import type { PlacedDocument, WorkflowApps } from './workflow-apps.ts';
import { concernsWorkflows, handleEvent } from './workflows/handle-event.ts';

export interface ShardEventsOptions {
  readonly apps: OpenApps;
  readonly workflowApps: WorkflowApps;
  readonly bus: Pick<EventBus, 'publish'>;
}

/** What one of the consumers does with an event of an app. */
interface Work {
  concerns(model: AppModel, record: StreamRecord): boolean;
  handle(of: PlacedDocument, record: StreamRecord): Promise<void>;
}

export function createShardEvents({
  apps,
  workflowApps,
  bus,
}: ShardEventsOptions): ShardService['handleEvent'] {
  const works: Readonly<Record<string, Work>> = {
    [WORKFLOWS_CONSUMER]: {
      concerns: concernsWorkflows,
      handle: async (of, record) => await handleEvent(workflowApps.open(apps, of), record),
    },
    [WEBHOOKS_CONSUMER]: {
      concerns: concernsWebhooks,
      handle: async ({ placement, model }, record) => {
        const database = apps.database(placement).primary;
        await ensureSystemTables(database);
        await storeDeliveries({ model, database, bus }, await wholeRecord(database, record));
      },
    },
  };
  return async (at, event) => {
    const placement = await apps.admit(at);
    const active = await apps.active(at.app);
    if (active === null) throw new RocketError('APP_NOT_FOUND', `App ${at.app} has no document`);
    const work = Object.hasOwn(works, event.consumer) ? works[event.consumer] : undefined;
    if (work === undefined) throw new RocketError('NOT_FOUND', `There is no consumer ${event.consumer} here`);
    const record = readEvent(at, event);
    if (!work.concerns(active.model, record)) return;
    if (!(await wasToldBy(() => apps.database(placement).primary, record, placement.epoch)))
      throw new RocketError('BAD_REQUEST', `The event is one of a former app ${at.app}`);
    await work.handle({ placement, ...active }, record);
  };
}

/** @throws RocketError `BAD_REQUEST` for what is no event of the app */
function readEvent({ app }: Placed, { payload }: Pick<ConsumedEvent, 'payload'>): StreamRecord {
  const record = readStream(payload);
  if (record.kind === 'unreadable')
    throw new RocketError('BAD_REQUEST', `The event cannot be read: ${record.reason}`);
  if (toldEvent(record)?.app !== app) throw new RocketError('BAD_REQUEST', `The event is not one of ${app}`);
  return record;
}
