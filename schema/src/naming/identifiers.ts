/** Names of documents (snake_case), and conversions between them and GraphQL (camelCase, PascalCase, UPPER_CASE). */
import pluralize from 'pluralize';

const DOCUMENT_NAME = /^[a-z][a-z0-9_]*$/;

const NAME_HINT =
  'Use lower-case letters, digits and underscores, beginning with a letter, e.g. "order_item"';

/** True for what can name a part of a document, whatever its length. */
export function isDocumentName(text: string): boolean {
  return DOCUMENT_NAME.test(text);
}

/** Why the text cannot name a part of a document; null when it can. */
export function nameProblem(
  text: string,
  maxBytes: number,
): { readonly message: string; readonly hint: string } | null {
  if (!isDocumentName(text))
    return { message: `${JSON.stringify(text)} is not a valid name`, hint: NAME_HINT };
  if (text.length <= maxBytes) return null;
  return {
    message: `The name is ${text.length} bytes long; ${maxBytes} are allowed`,
    hint: 'Shorten it',
  };
}

/** `customer_id` -> `customerId`, `a__b` -> `aB`. */
export function camelCase(snake: string): string {
  return snake.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replace(/_+$/, '');
}

/** `order_item` -> `OrderItem`. */
export function pascalCase(snake: string): string {
  return upperFirst(camelCase(snake));
}

/** `OrderItem` -> `orderItem`. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Plural of a camelCase or PascalCase name. Words without a plural of their own (`media`, `news`) get `List`,
 * since one name cannot be both the field for one record and the field for many.
 */
export function pluralOf(name: string): string {
  const plural = pluralize.plural(name);
  return plural === name ? `${name}List` : plural;
}

const GRAPHQL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Member name of a stored enum value: `in progress` -> null, `in-progress` -> null, `open` -> `OPEN`. */
export function enumMember(value: string): string | null {
  const member = value.toUpperCase();
  if (!GRAPHQL_NAME.test(member) || member.startsWith('__')) return null;
  // Only lower-case `true`, `false` and `null` are literals of the query language; the look-alikes are refused too.
  return member === 'TRUE' || member === 'FALSE' || member === 'NULL' ? null : member;
}
