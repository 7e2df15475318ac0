/** The record that a transition creates. */
import { readWrittenValues } from '../workflows/read/read-written-values.ts';
import { isAbsent, type Part } from '../workflows/read/reading.ts';
import type { CreationModel } from './behaviour-model.ts';
import { type BehaviourScope, expressionScope } from './behaviour-scope.ts';

/** Whether an action has Rocket's form, which says nothing of what to create, and creates nothing. */
export function createsNothing(action: Part['value']): boolean {
  return isAbsent(action['values']);
}

/**
 * Null when it has a fault, or creates nothing. Who calls tells of an entity that there is not.
 * @param scope of the entity whose state changes
 */
export function readCreation(part: Part, scope: BehaviourScope): CreationModel | null {
  const name = part.value['entity'];
  const fieldByName = typeof name === 'string' ? scope.entities.get(name) : undefined;
  if (typeof name !== 'string' || fieldByName === undefined || createsNothing(part.value)) return null;
  const entity = { name, fieldByName };
  const values = readWrittenValues(part, { entity, isNew: true, variables: expressionScope(scope, []) });
  return values === null ? null : { entity: name, values };
}
