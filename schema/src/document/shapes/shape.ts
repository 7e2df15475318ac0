import { z } from 'zod';
import type { JsonValue } from '../types.ts';

/** Any JSON value. The guard has walked the whole document before, so only absence is left to refuse. */
export const json = z.custom<JsonValue>((value) => value !== undefined, 'Any JSON value is expected');

/** A property where null is a value of its own and not a way to say "absent". */
const NULL_IS_A_VALUE: ReadonlySet<string> = new Set(['default', 'value']);

/** Removes properties that say "absent" as null (or undefined); leaves unknown properties as they are. */
function dropAbsent(value: unknown, known: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const absent = new Set(known.filter((key) => !NULL_IS_A_VALUE.has(key)));
  const present = Object.entries(value).filter(
    ([key, member]) => member !== undefined && (member !== null || !absent.has(key)),
  );
  return Object.fromEntries(present);
}

/** What a shape says about properties beside its own. */
interface KnownProperties {
  readonly names: readonly string[];
  readonly unknownIs: 'error' | 'warning';
}

/** An entry for every shape whose properties are all known; other objects may have any properties. */
export const knownProperties = z.registry<KnownProperties>();

/** An object of the document: unknown properties are kept, with a warning; optional ones may be null. */
export function shape<T extends z.ZodRawShape>(properties: T) {
  return knowing(properties, 'warning');
}

/**
 * As {@link shape}, for objects that decide who may do what. An unknown property is an error there: it may be a
 * misspelt condition, and an access rule that loses its condition allows too much.
 */
export function accessShape<T extends z.ZodRawShape>(properties: T) {
  return knowing(properties, 'error');
}

function knowing<T extends z.ZodRawShape>(properties: T, unknownIs: KnownProperties['unknownIs']) {
  const names = Object.keys(properties);
  const object = z.looseObject(properties).register(knownProperties, { names, unknownIs });
  return z.preprocess((value) => dropAbsent(value, names), object);
}

/** As {@link shape}, for objects whose other properties are read as JSON. */
export function openShape<T extends z.ZodRawShape>(properties: T) {
  const known = Object.keys(properties);
  return z.preprocess((value) => dropAbsent(value, known), z.object(properties).catchall(json));
}

/** An object that is kept as it is; properties beside the `names` that have a meaning get a warning. */
export function jsonObjectOf(names: readonly string[]) {
  return z.record(z.string(), json).register(knownProperties, { names, unknownIs: 'warning' });
}

export const text = z.string();
export const nonEmptyText = z.string().min(1);
export const flag = z.boolean();
export const jsonObject = z.record(z.string(), json);

/** Optional without an explicit undefined, as `exactOptionalPropertyTypes` wants it. */
export function optional<T extends z.core.$ZodType>(schema: T) {
  return z.exactOptional(schema);
}
