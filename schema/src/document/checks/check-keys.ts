import { scalarType } from '../../values/scalar-type.ts';
import type { JsonPath } from '../faults/json-path.ts';
import type { FieldDefinition } from '../types.ts';
import { type CheckContext, type EntityEntry, findField } from './context.ts';

/** Primary key and slug of every entity. */
export function checkKeys(context: CheckContext): void {
  for (const entity of context.entities.values()) {
    checkPrimaryKey(context, entity);
    checkSlug(context, entity);
  }
}

function checkPrimaryKey(context: CheckContext, entity: EntityEntry): void {
  const key = entity.value.primary_key;
  const path: JsonPath = [...entity.path, 'primary_key'];
  const field = findField(context, entity, { value: key.field, path: [...path, 'field'] });
  if (field !== undefined && scalarType(field.type) !== scalarType(key.type)) {
    const message = `The key is ${JSON.stringify(key.type)} but its field ${JSON.stringify(field.name)} is ${JSON.stringify(field.type)}`;
    context.faults.error([...path, 'type'], message, 'Give both the same type');
  }
  if (field?.nullable === true) {
    context.faults.error(
      [...path, 'field'],
      'A primary key cannot be nullable',
      'Remove "nullable" from the field',
    );
  }
  if (field?.auto !== undefined) {
    context.faults.error([...path, 'field'], 'A primary key cannot be an auto field');
  }
  if (key.type === 'string' && key.generated === true) {
    const hint = 'Generated keys are uuid, int or bigint; a string key is given by the caller';
    context.faults.error([...path, 'generated'], 'A string key cannot be generated', hint);
  }
}

function checkSlug(context: CheckContext, entity: EntityEntry): void {
  const slug = entity.value.slug;
  if (slug === undefined) return;
  const path: JsonPath = [...entity.path, 'slug'];
  const field = findField(context, entity, { value: slug.field, path: [...path, 'field'] });
  if (field !== undefined) checkSlugField(context, field, [...path, 'field']);
  if (slug.source === undefined) return;
  const source = findField(context, entity, { value: slug.source, path: [...path, 'source'] });
  if (source !== undefined && source.name === slug.field) {
    context.faults.error([...path, 'source'], 'A slug cannot be made from itself');
  }
}

function checkSlugField(context: CheckContext, field: FieldDefinition, path: JsonPath): void {
  if (scalarType(field.type) !== 'string') {
    const message = `The slug field ${JSON.stringify(field.name)} is ${JSON.stringify(field.type)}`;
    context.faults.error(path, message, 'A slug field is a string or text');
  }
  if (field.unique !== true) {
    const message = `The slug field ${JSON.stringify(field.name)} is not unique`;
    context.faults.error(path, message, 'Add "unique": true to it');
  }
}
