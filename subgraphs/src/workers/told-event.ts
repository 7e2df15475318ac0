import type { AppName, Epoch, StreamRecord } from '@rocket/schema';

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
    case 'unreadable':
      return null;
    default:
      return record satisfies never;
  }
}
