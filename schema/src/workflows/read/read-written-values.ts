/** Which fields an action writes, and with what. */
import { showValue } from '../../document/faults/show-value.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { ValueModel } from '../workflow-model.ts';
import { readFieldValue } from './read-values.ts';
import { findField, isAbsent, isObject, type Part, reportWithin } from './reading.ts';
import type { WorkflowEntity } from './workflow-scope.ts';

/** By field name. */
export type WrittenValues = ReadonlyMap<string, ValueModel>;

export interface WrittenScope {
  readonly entity: Pick<WorkflowEntity, 'name' | 'fieldByName'>;
  /** A record that is created may be given its key. */
  readonly isNew: boolean;
  readonly variables: ExpressionScope;
}

/** `field` and `value` of an action; null when they have a fault. */
export function readSetField(part: Part, of: WrittenScope): WrittenValues | null {
  const field = part.value['field'];
  const name = readWritten(part, ['field', field], of);
  if (name === null) return null;
  if (part.value['value'] === undefined) {
    part.report.fault(['value'], 'The action must give a value, or null to empty the field');
    return null;
  }
  const value = readFieldValue(part, 'value', { field: name, variables: of.variables });
  return value === null ? null : new Map([[name.name, value]]);
}

/** `values` of an action; null when any has a fault. */
export function readWrittenValues(outer: Part, of: WrittenScope): WrittenValues | null {
  const values = outer.value['values'];
  if (!isObject(values)) {
    const message = isAbsent(values) ? 'The property is required' : `${showValue(values)} is not an object`;
    outer.report.fault(['values'], message, 'Write {"FIELD": VALUE}');
    return null;
  }
  const part: Part = { value: values, report: reportWithin(outer.report, 'values') };
  const read = new Map<string, ValueModel>();
  for (const name of Object.keys(values)) {
    const field = readWritten(part, [name, name], of);
    const value = field === null ? null : readFieldValue(part, name, { field, variables: of.variables });
    if (value !== null) read.set(name, value);
  }
  return read.size === Object.keys(values).length ? read : null;
}

/** A field that an action may write. `named` is the property to report at, and the name. */
function readWritten({ report }: Part, named: readonly [string, unknown], { entity, isNew }: WrittenScope) {
  const [property, name] = named;
  const field = findField(entity, name, (message, hint) => report.fault([property], message, hint));
  if (field === null || (field.writable && (isNew || !field.isPrimaryKey))) return field;
  report.fault([property], `${JSON.stringify(field.name)} cannot be set`);
  return null;
}
