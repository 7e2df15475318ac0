import type { FieldModel, FilterRecord } from '@rocket/schema';

/** A record's value of a field as it is answered. */
export function answeredValue(field: FieldModel, record: FilterRecord): unknown {
  const value = record[field.name] ?? null;
  if (value === null) return null;
  if (field.isPrimaryKey || field.isForeignKey) return String(value);
  if (field.enumMembers === undefined) return value;
  const member = [...field.enumMembers].find(([, stored]) => stored === value);
  return member?.[0];
}
