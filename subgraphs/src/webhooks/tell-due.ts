import { randomUUID } from 'node:crypto';
import type { EventBus } from '@rocket/platform';
import { type DueDeliveries, encodeDue } from '@rocket/schema';

/** Tells all workers of deliveries that are stored. @returns false when it is not known whether anybody hears of it */
export async function tellDue(
  bus: Pick<EventBus, 'publish'>,
  due: Omit<DueDeliveries, 'kind'>,
): Promise<boolean> {
  const [outcome] = await bus.publish([{ ...encodeDue(due), id: `due:${randomUUID()}` }]);
  return outcome?.ok === true;
}
