import type { SupergraphSummary } from '../planning/plan-task.ts';
import type { Rewrite } from '../planning/query-plan.ts';
import { isAnswerObject, ownValue, setOwn } from './answer-data.ts';

const FRAGMENT_PREFIX = '... on ';

type Subtypes = SupergraphSummary['subtypes'];

/** True when an object's `__typename` matches a type condition. */
export function isOfType(typeName: unknown, condition: string, subtypes: Subtypes): boolean {
  return (
    typeof typeName === 'string' &&
    (typeName === condition || subtypes.get(condition)?.has(typeName) === true)
  );
}

/** Changes data in place, on its way into a subgraph or out of it. */
export function applyRewrites(
  rewrites: readonly Rewrite[] | undefined,
  data: unknown,
  subtypes: Subtypes,
): void {
  for (const rewrite of rewrites ?? []) rewriteAt(data, rewrite, { from: 0, subtypes });
}

function rewriteAt(value: unknown, rewrite: Rewrite, at: { from: number; subtypes: Subtypes }): void {
  if (Array.isArray(value)) {
    for (const element of value) rewriteAt(element, rewrite, at);
    return;
  }
  const element = rewrite.path[at.from];
  if (element === undefined || !isAnswerObject(value)) return;
  const next = { ...at, from: at.from + 1 };
  if (element.startsWith(FRAGMENT_PREFIX)) {
    const typeName = value['__typename'];
    // An object without a type name counts as being of the type that the plan assumes.
    if (!typeName || isOfType(typeName, element.slice(FRAGMENT_PREFIX.length), at.subtypes))
      rewriteAt(value, rewrite, next);
  } else if (next.from < rewrite.path.length) {
    rewriteAt(ownValue(value, element), rewrite, next);
  } else if (rewrite.kind === 'ValueSetter') {
    setOwn(value, element, rewrite.setValueTo);
  } else {
    const before = ownValue(value, element);
    if (before === undefined || before === null) return;
    setOwn(value, rewrite.renameKeyTo, before);
    delete value[element];
  }
}
