import type { AdviseAppQuery } from '../admin/generated/operations.ts';
import { formatNumber, formatTimes } from './numbers.ts';

type Advice = AdviseAppQuery['appAdvice'];
type Suggestion = Advice['suggestions'][number];
type Query = Suggestion['queries'][number];

/** What to change first, and below it the operations that would become faster. */
export function formatAdvice(app: string, { since, suggestions }: Advice): string {
  if (suggestions.length === 0) {
    return `Nothing to advise for ${app}: what was asked since ${since} has its indexes, or the tables are small.`;
  }
  return [
    `What would make ${app} faster, by what was asked since ${since}:`,
    ...suggestions.flatMap((suggestion, at) => ['', ...suggestionLines(suggestion, at + 1)]),
  ].join('\n');
}

function suggestionLines({ entity, rows, count, remedy, queries }: Suggestion, number: number): string[] {
  return [
    `${number}. ${entity}, about ${formatNumber(rows)} records, asked ${formatTimes(count)}`,
    ...remedyLines(remedy).map((text) => `   ${text}`),
    '   Asked by',
    ...queries.map((query) => `     ${describeQuery(query)}`),
  ];
}

function remedyLines(remedy: Suggestion['remedy']): string[] {
  switch (remedy.__typename) {
    case 'DocumentRemedy':
      return [`Set "${remedy.property}": true for ${remedy.field} in the document, and import it.`];
    case 'SqlRemedy':
      return ["The document has no word for this index. Run in the app's database:", `  ${remedy.sql};`];
    case 'QueryRemedy':
      return [`No index serves patterns of ${remedy.field}. Ask with \`${remedy.use}\`, which finds words.`];
    default:
      return remedy satisfies never;
  }
}

function describeQuery({ equal, range, text, json, order, count, operations }: Query): string {
  const filters = [
    ...equal.map((field) => `${field} equal`),
    ...range.map((field) => `${field} in a range`),
    ...text.map((field) => `${field} like a pattern`),
    ...json.map((field) => `${field} containing JSON`),
  ];
  const keys = order.map(({ field, descending }) => (descending ? `${field} descending` : field));
  const how = [
    ...(filters.length === 0 ? ['no filter'] : [filters.join(' and ')]),
    ...(keys.length === 0 ? [] : [`ordered by ${keys.join(', ')}`]),
  ].join(', ');
  return `${how}: ${formatTimes(count)}${operations.length === 0 ? '' : `, as ${operations.join(', ')}`}`;
}
