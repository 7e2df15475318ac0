import type { PlanPath } from '../planning/query-plan.ts';
import { type AnswerObject, isAnswerObject, ownValue } from './answer-data.ts';

/** Stands for all elements of a list. */
const EACH = '@';

type AnswerPath = readonly (string | number)[];

/** A place in the answer at which a plan continues, with the objects there. */
export interface Position {
  /** From the root of the answer. */
  readonly path: PlanPath;
  readonly objects: readonly AnswerObject[];
}

/** The objects at a path below a position; null when there are none. */
export function below({ path, objects }: Position, further: PlanPath): Position | null {
  const found: AnswerObject[] = [];
  for (const object of objects) collect(object, { path: further, from: 0 }, (at) => found.push(at));
  return found.length === 0 ? null : { path: [...path, ...further], objects: found };
}

/** The path of each object of a position, in their order. */
export function pathsOf(root: AnswerObject, path: PlanPath): AnswerPath[] {
  const found: AnswerPath[] = [];
  const keys: (string | number)[] = [];
  collect(root, { path, from: 0, keys }, () => found.push([...keys]));
  return found;
}

interface Walk {
  readonly path: PlanPath;
  readonly from: number;
  /** The current path, which changes during the walk; only set when paths are needed. */
  readonly keys?: (string | number)[];
}

function collect(value: unknown, walk: Walk, found: (object: AnswerObject) => void): void {
  const { path, from, keys } = walk;
  const key = path[from];
  if (value === null || value === undefined) return;
  const next = { ...walk, from: from + 1 };
  if (key === EACH) {
    // If a subgraph does not follow the schema, there are no objects to continue from; shaping the answer finds the
    // fault.
    if (!Array.isArray(value)) return;
    for (const [index, element] of value.entries()) {
      keys?.push(index);
      collect(element, next, found);
      keys?.pop();
    }
  } else if (!isAnswerObject(value)) {
    return;
  } else if (key === undefined) {
    found(value);
  } else {
    keys?.push(key);
    collect(ownValue(value, key), next, found);
    keys?.pop();
  }
}
