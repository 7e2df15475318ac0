import type { Queryable } from '@rocket/platform';
import { type AppName, type Epoch, readStream, type StreamRecord, WORKFLOW_INSTANCE } from '@rocket/schema';
import { readStored } from '../outbox/stored-events.ts';

/** An event that an app has told. */
export interface ToldEvent {
  readonly id: string;
  readonly app: AppName;
  readonly epoch: Epoch;
}

/** Null for what cannot start or continue anything, and for what is not told by an app. */
export function toldEvent(record: StreamRecord): ToldEvent | null {
  switch (record.kind) {
    case 'change':
      return record.event;
    case 'effect':
      return record.effect;
    case 'sent':
      return record.sent;
    case 'touched':
    case 'open':
    case 'closed':
    case 'beat':
    case 'probe':
    case 'due':
    case 'unreadable':
      return null;
    default:
      return record satisfies never;
  }
}

/**
 * Whether it was told by this app: one of another epoch may be of a former app of its name, or of before a move. Of an
 * instance it makes no difference, since its key and version say whether it is meant.
 */
export async function wasToldBy(
  database: () => Pick<Queryable, 'query'>,
  record: StreamRecord,
  now: Epoch,
): Promise<boolean> {
  const told = toldEvent(record);
  if (told === null) return false;
  const isOfInstance = record.kind === 'change' && record.event.entity === WORKFLOW_INSTANCE;
  if (told.epoch === now || isOfInstance) return true;
  const [stored] = await readStored(database(), [told.id]);
  return stored !== undefined && toldEvent(readStream(stored.payload))?.epoch === told.epoch;
}
