/**
 * What a record's transitions are decided by. Guards are not SQL, so the statement selects the record in their place,
 * and `operation/complete-transitions.ts` puts the transitions where it stands.
 */
import { type EntityModel, isRawNumber } from '@rocket/schema';
import { JsonConcat } from './json-concat.ts';
import { jsonValue } from './json-text.ts';

/** Contains NUL, which neither Postgres nor an input accepts, so no stored JSON has such a key. */
const MARKER = '\0transitions';
const VALUES = 'values';

/** @param place of the field's plan among those of the operation */
export function transitionsJson(
  entity: EntityModel,
  place: number,
  column: (name: string) => string,
): JsonConcat {
  const json = new JsonConcat().constant(`{${JSON.stringify(MARKER)}:${place},"${VALUES}":[`);
  for (const [index, { name, type }] of entity.fields.entries()) {
    if (index > 0) json.constant(',');
    const shape = { type: type === 'file' ? 'json' : type, nullable: true, isId: false } as const;
    json.append(jsonValue(column(name), shape));
  }
  return json.constant(']}');
}

export interface MarkedRecord {
  readonly place: number;
  /** In the order of the entity's fields. */
  readonly values: readonly unknown[];
}

/** The record, where a parsed value of an answer is one of {@link transitionsJson}. */
export function markedRecord(value: object): MarkedRecord | null {
  if (isRawNumber(value) || !Object.hasOwn(value, MARKER)) return null;
  const values: unknown = Reflect.get(value, VALUES);
  return { place: Number(Reflect.get(value, MARKER)), values: Array.isArray(values) ? values : [] };
}
