/** What is told of changes that are no change of a record: rows of join tables, and rows that an import inserts. */
import type { AppName } from '../ids.ts';
import type { ChangeEvent } from './change-event.ts';
import { tableTags } from './event-tags.ts';

/** So many keep an event within the size of a message, for keys of the usual length. */
export const MAX_TOUCHED_TAGS = 2_000;

/** It only invalidates: no record has changed, so there is no actor, no webhook and no workflow. One of a transaction. */
export interface TouchedEvent extends Pick<ChangeEvent, 'id' | 'app' | 'epoch' | 'revision' | 'lsn' | 'at'> {
  readonly kind: 'touched';
  readonly tags: readonly string[];
  /**
   * The tags are those of entities and join tables alone, and each of them stands for all tags of its entity or table,
   * those of keys and of values too. So it is for rows that an import has inserted, for more than 2,000 tags, and for an
   * event that was too large for the stream.
   */
  readonly omitted: boolean;
}

/** A touched event before it is stored; the database and the relay add the remaining properties. */
export type NewTouched = Omit<TouchedEvent, 'id' | 'epoch' | 'revision' | 'lsn' | 'at'>;

export function touchedEvent(app: AppName, tags: ReadonlySet<string>): NewTouched {
  if (tags.size > MAX_TOUCHED_TAGS) return touchedTables(app, tags);
  return { kind: 'touched', app, tags: [...tags], omitted: false };
}

/** Everything in the entities and join tables that the tags are of. */
export function touchedTables(app: AppName, tags: Iterable<string>): NewTouched {
  return { kind: 'touched', app, tags: tableTags(tags), omitted: true };
}
