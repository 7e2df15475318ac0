/** Stored records of events, with the values that reads give of them. */
import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import { numberText } from '../values/exact-json.ts';
import { nearestDouble } from '../values/floats.ts';
import { dateText, inputTimestamp } from '../values/instants.ts';
import { isInt32 } from '../values/integers.ts';
import { publicFile } from '../values/stored-file.ts';
import type { ChangeEvent } from './change-event.ts';
import type { StoredRecord } from './record-change.ts';

/**
 * By GraphQL field name, what JSON of the API has: every own field and the version, null where there is no value.
 * Numbers within JSON that a double cannot hold are raw ones, of which only `JSON.stringify` keeps the digits.
 */
export type PublicRecord = Readonly<Record<string, unknown>>;

/** The record before the change; null for a create, and where the event came without its record. */
export function publicPrevious(
  entity: EntityModel,
  { op, previous, version }: Pick<ChangeEvent, 'op' | 'previous' | 'version'>,
): PublicRecord | null {
  if (previous === null) return null;
  // A soft deletion changes the record too: it marks it. A real one leaves nothing that could have a later version.
  const isUnmarked = op === 'delete' && !entity.softDelete;
  return publicRecord(entity, previous, isUnmarked ? version : version - 1);
}

/**
 * @param values by field name, as rows have them. They may be of another revision than the entity: a value that does
 *   not have the form of its field is null, because callers would get an error in its place
 * @param version of the record with these values
 */
export function publicRecord(
  entity: EntityModel,
  values: StoredRecord['values'],
  version: number | null,
): PublicRecord {
  const record: Record<string, unknown> = Object.create(null);
  for (const field of entity.fields)
    record[field.graphqlName] = publicValue(entity, field, values[field.name] ?? null);
  record[entity.versionGraphqlName] = version;
  return record;
}

function publicValue({ app }: EntityModel, field: FieldModel, value: unknown): unknown {
  if (field.enumMembers !== undefined) return memberOf(field.enumMembers, value);
  if (field.isPrimaryKey || field.isForeignKey) return textOf(value);
  switch (field.type) {
    case 'string':
    case 'bigint':
    case 'decimal':
    case 'uuid':
      return textOf(value);
    case 'int':
      return isInt32(value) ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'float':
      return nearestDouble(value);
    case 'timestamp':
      return inputTimestamp(value);
    case 'date':
      return dateText(value);
    case 'json':
      return value;
    case 'file':
      return publicFile(app, value);
    default:
      return field.type satisfies never;
  }
}

function memberOf(members: ReadonlyMap<string, string>, value: unknown): string | null {
  return [...members].find(([, stored]) => stored === value)?.[0] ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : numberText(value);
}
