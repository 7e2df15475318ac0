/**
 * Types that are the same in every subgraph. Input types merge by intersection, so these must never depend on an app.
 */
import { fieldSdl, typeSdl } from './type-sdl.ts';

/** What each operator of a filter means, in `where` and in `having`. */
const MEANING = {
  eq: 'Equal.',
  ne: 'Not equal. Null is not found.',
  gt: 'Greater, or later.',
  gte: 'Greater or equal.',
  lt: 'Less, or earlier.',
  lte: 'Less or equal.',
  like: 'Matches a pattern: % for any characters, _ for one, a backslash in front takes either literally.',
  ilike: 'As like, without regard to case.',
  startsWith: 'Begins with this text, taken literally.',
  istartsWith: 'As startsWith, without regard to case.',
  endsWith: 'Ends with this text, taken literally.',
  iendsWith: 'As endsWith, without regard to case.',
  contains: 'Has this text in it, taken literally.',
  icontains: 'As contains, without regard to case.',
} as const;
type Operator = keyof typeof MEANING;

const COMPARISONS: readonly Operator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'];
const TEXT_OPERATORS: readonly Operator[] = [
  'like',
  'ilike',
  'startsWith',
  'istartsWith',
  'endsWith',
  'iendsWith',
  'contains',
  'icontains',
];

/** Fields of the filter of a type. */
export function operatorFields(type: string, operators: readonly Operator[]): readonly string[] {
  return [
    ...operators.map((operator) => fieldSdl(`${operator}: ${type}`, MEANING[operator])),
    fieldSdl(`in: [${type}!]`, 'Equal to one of these.'),
    fieldSdl(`notIn: [${type}!]`, 'Equal to none of these. Null is not found.'),
    IS_NULL,
  ];
}

const IS_NULL = fieldSdl('isNull: Boolean', 'true: there is no value; false: there is one.');

function filterInput(type: string, operators: readonly Operator[], name = `${type}Filter`): string {
  return typeSdl({
    kind: 'input',
    name,
    description: `Conditions on one ${type} value; all that are given must hold. A null or empty operand is refused: ask for null with isNull.`,
    fields: operatorFields(type, operators),
  });
}

const JSON_FILTERS = `"Conditions on a JSON value; all that are given must hold."
input JSONFilter {
  "The value has this in it: members of an object, elements of a list."
  contains: JSON
  "The value is an object with this key, or a list with this text."
  hasKey: String
  "Conditions on what is at a path within the value."
  path: JSONPathFilter
  "true: there is no value; false: there is one."
  isNull: Boolean
}

"Conditions on what is at a path within a JSON value. What is not there, and JSON null, compare to nothing."
input JSONPathFilter {
  "Keys of objects and, as text, places in lists, from the outside in: [\\"address\\", \\"lines\\", \\"0\\"]."
  path: [String!]!
  "Equal, as JSON values are."
  eq: JSON
  "Not equal. What is not there is not found."
  ne: JSON
  "Greater. Numbers compare to numbers, and texts to texts."
  gt: JSON
  "Greater or equal."
  gte: JSON
  "Less."
  lt: JSON
  "Less or equal."
  lte: JSON
  "true: nothing is there, or JSON null; false: something is."
  isNull: Boolean
}`;

const FILTERS = [
  filterInput('ID', ['eq', 'ne']),
  filterInput('UUID', ['eq', 'ne']),
  filterInput('Boolean', ['eq', 'ne']),
  filterInput('String', [...COMPARISONS, ...TEXT_OPERATORS]),
  ...['Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Date'].map((type) => filterInput(type, COMPARISONS)),
  filterInput('String', COMPARISONS, 'StringComparisonFilter'),
  JSON_FILTERS,
  `"For values that can only be asked whether they are there."\ninput NullFilter {\n${IS_NULL}\n}`,
];

const SCALARS = `"Whole number of up to 64 bits, as text so that no client rounds it."
scalar BigInt

"Exact decimal number, as text."
scalar Decimal

"Instant in time, ISO 8601 in UTC with milliseconds. Offsets in input are honoured."
scalar DateTime

"Calendar date YYYY-MM-DD; no time zone moves it."
scalar Date

"Any JSON value."
scalar JSON

"UUID, RFC 9562 text form."
scalar UUID`;

const OUTPUT = `"Place in a connection."
type PageInfo @shareable {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

"Why a mutation was refused. Nothing was changed."
type UserError @shareable {
  "Code of the error catalogue, e.g. VALIDATION_FAILED, UNIQUE_VIOLATION, REFERENCE_NOT_FOUND, VERSION_CONFLICT, NOT_FOUND."
  code: String!
  message: String!
  "From the arguments inwards, e.g. [\\"input\\", \\"title\\"]."
  path: [String!]!
  "The check that failed: required, type, enum, min_length, ... Null when it is not a check of one field."
  rule: String
}

"A stored file."
type File @shareable {
  id: ID!
  filename: String!
  "In bytes."
  size: Int!
  mimeType: String!
  "Path on this server; needs the same access token."
  url: String!
}

enum SortDirection {
  ASC
  DESC
}

"A span of time that records are grouped by, in UTC. Weeks begin on Monday."
enum TimeBucket {
  YEAR
  QUARTER
  MONTH
  WEEK
  DAY
  HOUR
}`;

const NESTED = `"What becomes of related records when a write names some of them."
enum NestedWriteMode {
  "Those that are named are added, changed or deleted; the others stay as they are."
  DIFF
  "Those that are named are all there will be; the others are deleted."
  REPLACE
  "Those that are named are added; none is changed or deleted."
  APPEND
}

"Changes of which records a record is linked with. Records themselves are neither made nor changed."
input NestedLinksInput {
  "What becomes of links that data does not name. The relation says so where this is left out."
  mode: NestedWriteMode
  data: [NestedLinkInput!]
  "Keys of records to link, whatever the mode; those that are linked stay so."
  add: [ID!]
  "Keys of records to unlink, whatever the mode."
  remove: [ID!]
}

input NestedLinkInput {
  "Key of the record at the other end."
  id: ID!
  "true: unlink it."
  delete: Boolean
}`;

/** SDL of everything above. */
export const SHARED_SDL = [SCALARS, ...FILTERS, NESTED, OUTPUT].join('\n\n');
