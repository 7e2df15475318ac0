import { parseDocument } from '../../src/document/parse-document.ts';
import type { AppDocument, JsonValue } from '../../src/document/types.ts';
import { appName } from '../../src/ids.ts';
import type { AppModel, EntityModel } from '../../src/model/app-model.ts';
import { buildModel } from '../../src/model/build-model.ts';

export const APP = appName('shop');

export type JsonObject = { readonly [key: string]: JsonValue };

export const ID: JsonObject = { name: 'id', type: 'uuid', required: true };

/** An entity with a generated uuid key and the given further fields. */
export function entity(name: string, fields: readonly JsonObject[] = [], extra: JsonObject = {}): JsonObject {
  return {
    name,
    table: `${name}_rows`,
    primary_key: { field: 'id', type: 'uuid', generated: true },
    fields: [ID, ...fields],
    ...extra,
  };
}

export function oneToMany(
  name: string,
  ends: [source: string, target: string, key: string],
  extra: JsonObject = {},
): JsonObject {
  const [source, target, target_key] = ends;
  return { name, type: 'one_to_many', source, target, target_key, ...extra };
}

export function manyToMany(
  name: string,
  ends: [source: string, target: string],
  extra: JsonObject = {},
): JsonObject {
  const [source, target] = ends;
  return {
    name,
    type: 'many_to_many',
    source,
    target,
    join_table: name,
    source_join_key: 'left_id',
    target_join_key: 'right_id',
    ...extra,
  };
}

export const KEY = (name: string): JsonObject => ({ name, type: 'uuid' });

export function parsed(document: JsonObject, app = APP): AppDocument {
  const result = parseDocument({ version: 1, ...document }, app);
  if (!result.ok) throw new Error(JSON.stringify(result.faults, null, 2));
  return result.document;
}

export function model(document: JsonObject, app = APP): AppModel {
  return buildModel(parsed(document, app), app);
}

export function entityOf(of: AppModel, name: string): EntityModel {
  const found = of.entities.get(name);
  if (found === undefined) throw new Error(`no entity ${name}`);
  return found;
}

/** `name: kind -> app.entity` of each link, sorted. */
export function linkNames(of: AppModel, name: string): string[] {
  return entityOf(of, name)
    .links.map((link) => `${link.graphqlName}: ${link.kind} -> ${link.target.entity}`)
    .sort();
}
