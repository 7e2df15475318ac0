import { refuse } from '../write-result.ts';
import type { SaveState } from '../write-state.ts';

/**
 * What is written as a child of a record stays its child, whatever rules and transitions make of the key.
 * @throws WriteRefused
 */
export function keepParent({ entity, parent, values, path }: SaveState): void {
  if (parent === null) return;
  const key = values.get(parent.foreignKey);
  if (key === undefined || String(key) === parent.key) return;
  const field = entity.fieldByName.get(parent.foreignKey)?.graphqlName ?? parent.foreignKey;
  const message = `A rule of ${entity.name} sets ${field} to another record than the one that it is written with`;
  refuse({ code: 'CONFLICT', message, path: [...path, field], rule: 'contradiction' });
}
