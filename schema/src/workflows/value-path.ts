/** Reads of what an instance knows, by paths. */
import type { TriggerFacts } from './trigger-facts.ts';
import type { ValuePath } from './workflow-model.ts';

/** What is fixed when an instance starts, by name. */
export type InstanceContext = Readonly<Record<string, unknown>>;

/** What paths and expressions of steps see. */
export interface InstanceKnowledge {
  readonly trigger: TriggerFacts;
  readonly context: InstanceContext;
}

/** Null for what is not there. Only own properties are read. */
export function valueAt(path: ValuePath, known: InstanceKnowledge): unknown {
  let value: unknown = known;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = Reflect.get(value, name);
  }
  return value ?? null;
}
