import type { ScalarType } from '../../model/field-model.ts';
import { DELETED_AT_COLUMN, SEARCH_FALLBACK_NAME, versionFieldName } from '../../naming/engine-names.ts';
import { camelCase } from '../../naming/identifiers.ts';
import { isPlainInteger } from '../../values/integers.ts';
import { scalarType } from '../../values/scalar-type.ts';
import { coerceValue } from '../coerce-value.ts';
import type { JsonPath } from '../faults/json-path.ts';
import { showValue } from '../faults/show-value.ts';
import type { FieldDefinition } from '../types.ts';
import { roundedBy } from './check-field-value.ts';
import type { CheckContext, EntityEntry } from './context.ts';

/** Defaults, enum lists, automatic times and the soft-delete column. */
export function checkFields(context: CheckContext): void {
  for (const entity of context.entities.values()) {
    for (const [index, field] of entity.value.fields.entries()) {
      const path = [...entity.path, 'fields', index];
      checkEnum(context, field, path);
      checkDefault(context, field, path);
      checkModifiers(context, field, path);
    }
    checkEngineFields(context, entity);
  }
}

/** Values are compared as text, so whole numbers can be listed too: `["1", "2"]`. */
const ENUM_TYPES: ReadonlySet<ScalarType> = new Set(['string', 'int', 'bigint']);

function checkEnum(context: CheckContext, field: FieldDefinition, path: JsonPath): void {
  if (field.enum === undefined) return;
  const type = scalarType(field.type);
  if (!ENUM_TYPES.has(type)) {
    const message = `A ${field.type} field cannot have a list of allowed values`;
    context.faults.error([...path, 'enum'], message, 'Use type "string"');
    return;
  }
  const seen = new Set<string>();
  for (const [index, value] of field.enum.entries()) {
    const place = [...path, 'enum', index];
    if (value === '') context.faults.error(place, 'An enum value must not be empty');
    else if (seen.has(value)) context.faults.error(place, `${showValue(value)} is listed twice`);
    else if (type !== 'string' && !isPlainInteger(value)) {
      context.faults.error(place, `${showValue(value)} is not a value of a ${field.type} field`);
    }
    seen.add(value);
  }
}

function checkDefault(context: CheckContext, field: FieldDefinition, path: JsonPath): void {
  if (field.default === undefined || field.default === null) return;
  const place = [...path, 'default'];
  const refusal = unusableDefault(field);
  if (refusal !== null) {
    context.faults.error(place, refusal.message, refusal.hint);
    return;
  }
  const coerced = coerceValue({ type: scalarType(field.type), scale: field.precision }, field.default);
  if (!coerced.ok) {
    const hint = field.default === 'now' ? 'For the current time use "auto": "create"' : undefined;
    context.faults.error(place, `${showValue(field.default)} must be ${coerced.expected}`, hint);
    return;
  }
  if (field.enum !== undefined && !field.enum.includes(String(coerced.value))) {
    const hint = `Allowed: ${field.enum.join(', ')}`;
    context.faults.error(place, `${showValue(field.default)} is not in the enum`, hint);
  }
}

/** Defaults pass the checks of every write; if those refuse a default, every create that relies on it fails. */
function unusableDefault(field: FieldDefinition): { message: string; hint: string } | null {
  if (field.type === 'file') {
    return { message: 'A file cannot be a default', hint: 'Files are uploaded to the running app' };
  }
  if (field.default === '' && field.required === true && field.nullable !== true) {
    return { message: 'An empty text is no value for a required field', hint: 'Remove the default' };
  }
  const message = roundedBy(field, field.default);
  return message === null ? null : { message, hint: 'Round it, or raise "precision"' };
}

function checkModifiers(context: CheckContext, field: FieldDefinition, path: JsonPath): void {
  const type = scalarType(field.type);
  if (field.auto !== undefined && type !== 'timestamp' && type !== 'date') {
    const message = `"auto" is not possible on a ${field.type} field`;
    context.faults.error(
      [...path, 'auto'],
      message,
      'It is the time of the write: use type timestamp or date',
    );
  }
  if (field.unique === true && (type === 'json' || type === 'file')) {
    context.faults.error([...path, 'unique'], `A ${field.type} field cannot be unique`);
  }
  if (field.searchable === true && type !== 'string') {
    const message = `A ${field.type} field cannot be searched`;
    context.faults.error([...path, 'searchable'], message, 'Text search reads string and text fields');
  }
  if (field.precision !== undefined && type !== 'decimal') {
    context.faults.warning([...path, 'precision'], `"precision" has no meaning on a ${field.type} field`);
  }
}

/** Columns and names that the engine adds beside the declared ones. */
function checkEngineFields(context: CheckContext, entity: EntityEntry): void {
  const names = new Map(
    entity.value.fields.map((field, index) => [camelCase(field.name), { field, index }] as const),
  );
  // If a field has the engine's first choice of name, the engine uses its second, so only the second can clash.
  const versionName = versionFieldName(names);
  const version = names.get(versionName);
  if (version !== undefined) {
    const message = `Beside a field "version" the name "${versionName}" is the record's own version`;
    context.faults.error([...entity.path, 'fields', version.index, 'name'], message, 'Rename one of them');
  }
  const search = names.get(SEARCH_FALLBACK_NAME);
  if (search !== undefined && entity.value.fields.some((field) => field.searchable === true)) {
    const message = `With searchable fields, "${SEARCH_FALLBACK_NAME}" is a name of the engine in filters`;
    context.faults.error([...entity.path, 'fields', search.index, 'name'], message, 'Rename it');
  }
  const deleted = names.get(camelCase(DELETED_AT_COLUMN));
  if (entity.value.soft_delete !== true || deleted === undefined) return;
  const path = [...entity.path, 'fields', deleted.index];
  if (deleted.field.name !== DELETED_AT_COLUMN) {
    context.faults.error(
      [...path, 'name'],
      `It meets the engine's "${DELETED_AT_COLUMN}" in GraphQL`,
      'Rename it',
    );
  } else if (deleted.field.type !== 'timestamp') {
    context.faults.error([...path, 'type'], 'The soft-delete column must be a timestamp');
  } else if (deleted.field.required === true && deleted.field.nullable !== true) {
    context.faults.error([...path, 'required'], 'The soft-delete column is null while the record lives');
  }
}
