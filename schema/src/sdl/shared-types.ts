/** Types that are the same in every subgraph. Input types merge by intersection, so these must never depend on an app. */

const COMPARISONS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
const TEXT_OPERATORS = [
  'like',
  'ilike',
  'startsWith',
  'istartsWith',
  'endsWith',
  'iendsWith',
  'contains',
  'icontains',
] as const;

function filterInput(type: string, operators: readonly string[]): string {
  const single = operators.map((operator) => `  ${operator}: ${type}`);
  return [
    `"Conditions on one ${type} value; all that are given must hold. A null or empty operand is refused: ask for null with isNull."`,
    `input ${type}Filter {`,
    ...single,
    `  in: [${type}!]`,
    `  notIn: [${type}!]`,
    '  isNull: Boolean',
    '}',
  ].join('\n');
}

const FILTERS = [
  filterInput('ID', ['eq', 'ne']),
  filterInput('UUID', ['eq', 'ne']),
  filterInput('Boolean', ['eq', 'ne']),
  filterInput('String', [...COMPARISONS, ...TEXT_OPERATORS]),
  ...['Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Date'].map((type) => filterInput(type, COMPARISONS)),
  `"For values that can only be asked whether they are there."\ninput NullFilter {\n  isNull: Boolean\n}`,
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
  "Code of the error catalogue, e.g. VALIDATION_FAILED, UNIQUE_VIOLATION, VERSION_CONFLICT, NOT_FOUND."
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
}`;

/** SDL of everything above. */
export const SHARED_SDL = [SCALARS, ...FILTERS, OUTPUT].join('\n\n');
