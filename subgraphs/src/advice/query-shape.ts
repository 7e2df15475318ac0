/** The shape of a query for a list, without its values, for the advice on indexes. */
import type { Filter, LinkModel, QueryShape, SortKey } from '@rocket/schema';
import type { RowSource } from '../read/read-plan.ts';

/** Only conditions that every record must fulfil count: an index does not serve one side of an OR. */
export function queryShape(
  source: RowSource,
  of: { link: LinkModel | null; order: readonly SortKey[] },
): QueryShape {
  const found: Conditions = { equal: [], range: [], text: [], json: [] };
  const { link } = of;
  // A list through a join table is found by that table's own indexes.
  if (link !== null && link.kind !== 'many_to_many') found.equal.push(link.targetField);
  collect(source.where, found);
  collect(source.access, found);
  const order = of.order.some((key) => key.via.length > 0)
    ? []
    : of.order.map(({ field, descending }) => ({ field: field.name, descending }));
  return { entity: source.entity.name, ...found, order };
}

interface Conditions {
  readonly equal: string[];
  readonly range: string[];
  readonly text: string[];
  readonly json: string[];
}

function collect(filter: Filter, into: Conditions): void {
  switch (filter.kind) {
    case 'all':
      for (const part of filter.filters) collect(part, into);
      return;
    case 'compare':
      if (filter.operator !== 'ne')
        add(filter.operator === 'eq' ? into.equal : into.range, filter.field.name);
      return;
    case 'in':
      if (!filter.negated) add(filter.values.length === 1 ? into.equal : into.range, filter.field.name);
      return;
    case 'isNull':
      if (filter.isNull) add(into.equal, filter.field.name);
      return;
    case 'text':
      add(into.text, filter.field.name);
      return;
    case 'jsonContains':
    case 'jsonHasKey':
      add(into.json, filter.field.name);
      return;
    case 'any':
    case 'not':
    case 'jsonPath':
    case 'jsonPathIsNull':
    case 'search':
    case 'relation':
      return;
    default:
      filter satisfies never;
  }
}

function add(names: string[], name: string): void {
  if (!names.includes(name)) names.push(name);
}
