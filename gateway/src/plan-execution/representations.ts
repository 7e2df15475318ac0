import type { SupergraphSummary } from '../planning/plan-task.ts';
import type { FetchNode, RequiredSelection } from '../planning/query-plan.ts';
import {
  type AnswerObject,
  emptyObject,
  isAnswerObject,
  mergeInto,
  ownValue,
  setOwn,
} from './answer-data.ts';
import { applyRewrites, isOfType } from './rewrites.ts';

type Subtypes = SupergraphSummary['subtypes'];

export interface Representations {
  /** The representations to send to the subgraph. */
  readonly values: readonly AnswerObject[];
  /** For each value, the index of the entity that it stands for. */
  readonly entities: readonly number[];
}

/** The entities of which enough is known for the fetch, as representations for the subgraph. */
export function representationsOf(
  objects: readonly AnswerObject[],
  { requires = [], inputRewrites }: Pick<FetchNode, 'requires' | 'inputRewrites'>,
  subtypes: Subtypes,
): Representations {
  const values: AnswerObject[] = [];
  const entities: number[] = [];
  for (const [index, object] of objects.entries()) {
    const value = select(object, requires, subtypes);
    // No fragment matches its type.
    if (value === null || !value['__typename']) continue;
    applyRewrites(inputRewrites, value, subtypes);
    values.push(value);
    entities.push(index);
  }
  return { values, entities };
}

/** Null when a required field is missing. */
function select(
  source: AnswerObject,
  selections: readonly RequiredSelection[],
  subtypes: Subtypes,
): AnswerObject | null {
  const selected = emptyObject();
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      if (typeCondition === undefined || !isOfType(source['__typename'], typeCondition, subtypes)) continue;
      const further = select(source, selection.selections, subtypes);
      if (further !== null) mergeInto(selected, further);
      continue;
    }
    const key = selection.alias ?? selection.name;
    const value = ownValue(source, key);
    if (value === undefined) return null;
    setOwn(selected, key, selectValue(value, selection.selections, subtypes));
  }
  return selected;
}

function selectValue(
  value: unknown,
  selections: readonly RequiredSelection[] | undefined,
  subtypes: Subtypes,
): unknown {
  if (selections === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => selectValue(element, selections, subtypes));
  return isAnswerObject(value) ? select(value, selections, subtypes) : null;
}
