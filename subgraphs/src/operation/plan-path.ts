import type { GraphQLResolveInfo } from 'graphql';
import type { PlanPath } from '../read/plan-context.ts';

/** Path of a field as planning uses it: without the positions in lists. */
export function planPath(path: GraphQLResolveInfo['path']): PlanPath {
  const keys: string[] = [];
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev) {
    if (typeof at.key === 'string') keys.unshift(at.key);
  }
  return keys;
}
