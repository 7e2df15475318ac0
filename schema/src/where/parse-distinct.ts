/** A GraphQL `distinctOn` argument: the fields whose values no two records of the answer share. */
import { comparerOf } from '../filter/compare-values.ts';
import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import { badInput, type InputPath } from './input-place.ts';

const MAX_FIELDS = 16;

/** Fields by GraphQL name; none when the argument is not given. @throws RocketError `BAD_USER_INPUT` */
export function parseDistinctOn(value: unknown, entity: EntityModel): readonly FieldModel[] {
  if (value === undefined) return [];
  const path = ['distinctOn'];
  if (!Array.isArray(value) || value.length === 0)
    throw badInput(path, 'must be a list with at least one field; leave it out to get all records');
  if (value.length > MAX_FIELDS) throw badInput(path, `may have at most ${MAX_FIELDS} fields`);
  const fields: FieldModel[] = [];
  for (const [index, name] of value.entries()) {
    const place = [...path, String(index)];
    const field = distinctField(name, entity, place);
    if (fields.includes(field)) throw badInput(place, `repeats ${field.graphqlName}`);
    fields.push(field);
  }
  return fields;
}

function distinctField(name: unknown, entity: EntityModel, path: InputPath): FieldModel {
  const field = typeof name === 'string' ? entity.fieldByGraphqlName.get(name) : undefined;
  if (field === undefined) throw badInput(path, 'is not a field');
  if (comparerOf(field.type) === null) throw badInput(path, `is a ${field.type} value, which has no order`);
  return field;
}
