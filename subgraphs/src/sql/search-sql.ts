/** Full-text search as SQL, for queries and for the index that serves them: both must use the same expression. */
import { quoteIdentifier } from '@rocket/platform';
import { type FieldModel, type Filter, SEARCH_SEPARATORS, searchQuery } from '@rocket/schema';
import { literalText } from './literal-text.ts';
import type { Parameters } from './parameters.ts';

/**
 * Number of characters of a record that are searched. A vector holds less than a megabyte: without a limit, a text
 * could be too long to be stored.
 */
const SEARCHED_CHARACTERS = 100_000;

/**
 * The words of some text fields of a record. The expression is immutable, so that it can be indexed: it names the
 * configuration, which does not come from a setting of the server. @param alias of the table; null in the definition of
 * its index
 */
export function searchVectorSql(fields: readonly FieldModel[], alias: string | null): string {
  const prefix = alias === null ? '' : `${alias}.`;
  const texts = fields.map((field) => `coalesce(${prefix}${quoteIdentifier(field.name)}, '')`);
  const searched = `left(${texts.join(` || ' ' || `)}, ${SEARCHED_CHARACTERS})`;
  const spaces = ' '.repeat(SEARCH_SEPARATORS.length);
  const words = `translate(${searched}, ${literalText(SEARCH_SEPARATORS)}, ${literalText(spaces)})`;
  return `to_tsvector('simple'::regconfig, ${words})`;
}

export function searchSql(
  filter: Extract<Filter, { kind: 'search' }>,
  alias: string,
  parameters: Parameters,
): string {
  const query = searchQuery(filter.query);
  if (query === '') return 'FALSE';
  const bound = parameters.hold(filter, query, 'text');
  return `${searchVectorSql(filter.fields, alias)} @@ websearch_to_tsquery('simple', ${bound})`;
}
