import type { ReadableRecord } from '@rocket/platform';
import { type TouchedEvent, wholeTableTag } from '@rocket/schema';

/** What a record says of changes that were committed; null for what processes say of themselves. */
export function toldOf(record: ReadableRecord) {
  switch (record.kind) {
    case 'change':
      return record.event;
    case 'touched':
      return { ...record.touched, tags: touchedTags(record.touched) };
    case 'effect':
      return { ...record.effect, tags: [] };
    case 'sent':
      return { ...record.sent, tags: [] };
    case 'open':
    case 'closed':
    case 'beat':
    case 'probe':
    case 'due':
      return null;
    default:
      return record satisfies never;
  }
}

function touchedTags({ tags, omitted }: TouchedEvent): readonly string[] {
  return omitted ? [...tags, ...tags.map(wholeTableTag)] : tags;
}
