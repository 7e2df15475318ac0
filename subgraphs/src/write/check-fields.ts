/** Checks for unknown fields, then types, required fields and enums: finds every fault of the input, with its path. */
import type { FieldModel, UserError } from '@rocket/schema';
import { inputValue } from './input-value.ts';
import { WriteRefused } from './write-result.ts';
import type { SaveState } from './write-state.ts';

/** @throws WriteRefused with one error per field that the entity does not have or does not let callers set. */
export function refuseUnknownFields(state: SaveState): void {
  const { entity, input, action, path } = state;
  const errors: UserError[] = [];
  for (const name of Object.keys(input)) {
    const field = entity.fieldByName.get(name);
    if (field === undefined) {
      const message = `${entity.name} has no field ${JSON.stringify(name)}`;
      errors.push({ code: 'VALIDATION_FAILED', message, path: [...path, name], rule: 'unknown' });
    } else if (
      !field.writable ||
      name === state.parent?.foreignKey ||
      (action === 'update' && field.isPrimaryKey)
    ) {
      errors.push(fieldError(state, field, { rule: 'read_only', message: 'cannot be set' }));
    }
  }
  if (errors.length > 0) throw new WriteRefused(errors);
}

/**
 * Fills `values` with what to store. On a create an absent field gets its default first, so that everything after
 * sees it. An update checks only the fields it is given.
 * @throws WriteRefused with all errors of all fields, in the order of the entity
 */
export function checkFields(state: SaveState): void {
  const errors: UserError[] = [];
  for (const field of state.entity.fields) {
    if (!field.writable || field.name === state.parent?.foreignKey) continue;
    const given = givenValue(state, field);
    if (isMissing(field, given.value)) {
      if (given.isGiven) state.values.set(field.name, null);
      if (mustHaveValue(state, field, given.isGiven)) {
        errors.push(fieldError(state, field, { rule: 'required', message: 'is required' }));
      }
      continue;
    }
    const error = checkValue(state, field, given.value);
    if (error !== null) errors.push(error);
  }
  if (errors.length > 0) throw new WriteRefused(errors);
}

function givenValue({ action, input }: SaveState, field: FieldModel): { isGiven: boolean; value: unknown } {
  if (Object.hasOwn(input, field.name) && input[field.name] !== undefined) {
    return { isGiven: true, value: input[field.name] };
  }
  if (action === 'update' || field.default === undefined) return { isGiven: false, value: null };
  return { isGiven: true, value: field.default };
}

/** An empty text counts as missing only in a required field; elsewhere it is a value like any other. */
function isMissing(field: FieldModel, value: unknown): boolean {
  return value === null || (value === '' && field.required);
}

function mustHaveValue({ entity, action }: SaveState, field: FieldModel, isGiven: boolean): boolean {
  // The slug is made from its source later, and that step reports it as required when the source is empty too. So are
  // computed fields, whose rule reports it.
  const isMadeLater =
    action === 'create' && entity.slug?.field === field.name && entity.slug.source !== undefined;
  if (isMadeLater || entity.rules.beforeWrite.computed.some((rule) => rule.field.name === field.name))
    return false;
  return (field.required || !field.nullable) && (action === 'create' || isGiven);
}

function checkValue(state: SaveState, field: FieldModel, given: unknown): UserError | null {
  const checked = inputValue(field, given);
  if (!checked.ok) return fieldError(state, field, checked);
  if (field.enumValues !== undefined && !field.enumValues.includes(String(checked.value))) {
    const message = `must be one of ${field.enumValues.join(', ')}`;
    return fieldError(state, field, { rule: 'enum', message });
  }
  state.values.set(field.name, checked.value);
  return null;
}

/** `failure.message` continues the sentence after the field's name. */
export function fieldError(
  { path }: Pick<SaveState, 'path'>,
  field: FieldModel,
  failure: { rule: string; message: string },
): UserError {
  return {
    code: 'VALIDATION_FAILED',
    message: `${field.graphqlName} ${failure.message}`,
    path: [...path, field.graphqlName],
    rule: failure.rule,
  };
}
