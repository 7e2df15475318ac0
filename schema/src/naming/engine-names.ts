/** Names that the engine adds to those of a document, in the database of an app and in its API. */

/** Column of an entity with soft deletion: the time at which a record was deleted, null while it lives. */
export const DELETED_AT_COLUMN = 'deleted_at';

/** Column of every entity: counts the writes of a record, from 1. */
export const VERSION_COLUMN = '_version';

/** Names of the engine's own tables begin with it, and no table of a document may. */
export const ENGINE_TABLE_PREFIX = '_';

const VERSION_FIELD = 'version';
const VERSION_FALLBACK_FIELD = 'recordVersion';

/** GraphQL field of {@link VERSION_COLUMN}, beside the fields that `has` knows by their GraphQL names. */
export function versionFieldName(fields: { has(graphqlName: string): boolean }): string {
  return fields.has(VERSION_FIELD) ? VERSION_FALLBACK_FIELD : VERSION_FIELD;
}

/**
 * The member of a filter that searches, where a field or link is called `search`. No field or link of an entity with
 * searchable fields may have this name, so it is always available.
 */
export const SEARCH_FALLBACK_NAME = 'fullTextSearch';
