import type { RecordReader, StreamMessage } from '@rocket/platform';
import { type AppName, type ChangeEvent, isChangeSubject } from '@rocket/schema';
import type { StreamPlace } from './change-feed.ts';

/**
 * The change that a message of the app's subjects tells; null for a message of another kind, such as an effect;
 * `unreadable` for what is under the subject of a change and is none that can be read here, or is one of another app.
 */
export function readChange(
  message: StreamMessage,
  app: AppName,
  reader: RecordReader,
): ChangeEvent | null | 'unreadable' {
  if (!isChangeSubject(message.subject)) return null;
  const record = reader.read(message);
  return record?.kind === 'change' && record.event.app === app ? record.event : 'unreadable';
}

export function placeOf({ position, id }: StreamMessage): StreamPlace {
  return { position, id };
}
