import type { Queryable } from '@rocket/platform';
import { readStream, type StoredEvent, type StreamRecord, WORKFLOW_INSTANCE } from '@rocket/schema';
import { readStored } from '../outbox/stored-events.ts';

/**
 * An event as it was stored, where it was too large for the stream. That of an instance of a workflow stays as it is, since
 * the instance is read anyway.
 * @throws Error when it is not kept any more, so that it does not seem to have nothing to say
 */
export async function wholeRecord(
  database: Pick<Queryable, 'query'>,
  record: StreamRecord,
): Promise<StreamRecord> {
  const { id, omitted } = eventOf(record) ?? { id: '', omitted: false };
  if (!omitted) return record;
  const [stored]: readonly StoredEvent[] = await readStored(database, [id]);
  if (stored !== undefined) return readStream(stored.payload);
  throw new Error('The event was too large for the stream, and is not kept in the outbox any more');
}

function eventOf(record: StreamRecord): { readonly id: string; readonly omitted: boolean } | null {
  if (record.kind === 'change') return record.event.entity === WORKFLOW_INSTANCE ? null : record.event;
  if (record.kind === 'sent') return record.sent;
  return record.kind === 'effect' ? record.effect : null;
}
