import { RocketError } from '../errors.ts';
import type { ComparisonOperator, Filter } from '../filter/filter.ts';
import type { FieldModel } from '../model/field-model.ts';

const COMPARISONS: Readonly<Record<ComparisonOperator, string>> = {
  eq: '=',
  ne: '!=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** What stands in brackets within another text when it is joined of several. */
interface Term {
  readonly text: string;
  readonly isJoined: boolean;
}

/**
 * A filter of policies as text, such as `(owner_id = "…" and status in ["new","open"]) or is_open = true`. Two filters
 * have the same text exactly if they are the same but for order and repetition: names are plain words, values are JSON
 * with its quotes, and what is joined of parts stands in brackets within another.
 * @throws RocketError `INTERNAL_ERROR` for a kind of filter that no policy makes
 */
export function accessText(filter: Filter): string {
  return termOf(filter).text;
}

function termOf(filter: Filter): Term {
  switch (filter.kind) {
    case 'all':
      return joined(filter.filters, { word: 'and', empty: 'true' });
    case 'any':
      return joined(filter.filters, { word: 'or', empty: 'false' });
    case 'compare':
      return single(filter.field, COMPARISONS[filter.operator], JSON.stringify(filter.value));
    case 'in': {
      const values = filter.values.map((value) => JSON.stringify(value));
      const list = [...new Set(values)].sort().join(',');
      return single(filter.field, filter.negated ? 'not in' : 'in', `[${list}]`);
    }
    case 'isNull':
      return single(filter.field, 'is', filter.isNull ? 'null' : 'not null');
    case 'text': {
      const operator = filter.ignoreCase ? `${filter.operator} ignoring case` : filter.operator;
      return single(filter.field, operator, JSON.stringify(filter.value));
    }
    case 'not':
    case 'search':
    case 'relation':
    case 'jsonContains':
    case 'jsonHasKey':
    case 'jsonPathIsNull':
    case 'jsonPath':
      throw new RocketError('INTERNAL_ERROR', `No policy makes a filter of kind ${filter.kind}`);
    default:
      return filter satisfies never;
  }
}

function single({ name }: FieldModel, operator: string, operand: string): Term {
  return { text: `${name} ${operator} ${operand}`, isJoined: false };
}

/** Of a part that is only repeated, the part itself. */
function joined(parts: readonly Filter[], as: { readonly word: string; readonly empty: string }): Term {
  const terms = new Map(parts.map(termOf).map((term) => [term.text, term]));
  const [first, ...others] = terms.values();
  if (first === undefined) return { text: as.empty, isJoined: false };
  if (others.length === 0) return first;
  const texts = [...terms.values()].map(({ text, isJoined }) => (isJoined ? `(${text})` : text));
  return { text: texts.sort().join(` ${as.word} `), isJoined: true };
}
