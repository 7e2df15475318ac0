/** How field types appear in GraphQL. Shared by every subgraph, so that composition merges equal definitions. */
import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel, ScalarType } from '../model/field-model.ts';
import { enumFilterName, enumTypeName, type Home } from '../naming/graph-names.ts';

const OUTPUT_TYPE: Record<ScalarType, string> = {
  string: 'String',
  int: 'Int',
  bigint: 'BigInt',
  float: 'Float',
  decimal: 'Decimal',
  boolean: 'Boolean',
  uuid: 'UUID',
  timestamp: 'DateTime',
  date: 'Date',
  json: 'JSON',
  file: 'File',
};

const FILTER_TYPE: Record<ScalarType, string> = {
  string: 'StringFilter',
  int: 'IntFilter',
  bigint: 'BigIntFilter',
  float: 'FloatFilter',
  decimal: 'DecimalFilter',
  boolean: 'BooleanFilter',
  uuid: 'UUIDFilter',
  timestamp: 'DateTimeFilter',
  date: 'DateFilter',
  json: 'JSONFilter',
  file: 'NullFilter',
};

/** Type of a value that is not of one field, such as a sum. */
export function scalarTypeName(type: ScalarType): string {
  return OUTPUT_TYPE[type];
}

/**
 * Filter of such a value. A text that is not a field's, such as a maximum, can be compared but not matched by patterns.
 */
export function scalarFilterName(type: ScalarType): string {
  return type === 'string' ? 'StringComparisonFilter' : FILTER_TYPE[type];
}

function isIdentifier(field: FieldModel): boolean {
  return field.isPrimaryKey || field.isForeignKey;
}

/** Nullable type of a field in answers: `ID` for keys and foreign keys of any column type. */
export function outputTypeName(entity: EntityModel, field: FieldModel, home: Home): string {
  if (isIdentifier(field)) return 'ID';
  return field.enumMembers === undefined ? OUTPUT_TYPE[field.type] : enumTypeName(entity, field, home);
}

/** Nullable type in inputs, where a file is the id of an upload. */
export function inputTypeName(entity: EntityModel, field: FieldModel, home: Home): string {
  return field.type === 'file' ? 'ID' : outputTypeName(entity, field, home);
}

export function filterTypeName(entity: EntityModel, field: FieldModel, home: Home): string {
  if (isIdentifier(field)) return 'IDFilter';
  return field.enumMembers === undefined ? FILTER_TYPE[field.type] : enumFilterName(entity, field, home);
}
