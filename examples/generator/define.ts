/** Short forms for the parts of a metadata document that repeat in every entity. */
import type {
  EntityDefinition,
  FieldDefinition,
  FieldTypeName,
  PermissionAction,
  PermissionDefinition,
  RelationDefinition,
} from '@rocket/schema';

type FieldOptions = Omit<FieldDefinition, 'name' | 'type' | 'description'>;

/** One field; the description becomes the documentation of the generated API. */
export function field(
  name: string,
  type: FieldTypeName,
  description: string,
  options: FieldOptions = {},
): FieldDefinition {
  return { name, type, ...options, description };
}

/** A field with a closed list of values. */
export function choice(
  name: string,
  description: string,
  values: readonly [string, ...string[]],
  options: FieldOptions = {},
): FieldDefinition {
  return field(name, 'string', description, { ...options, enum: values });
}

/** When a record was made and last changed, kept by the engine. */
export const AUTO_TIMES: readonly FieldDefinition[] = [
  field('created_at', 'timestamp', 'When the record was created.', { auto: 'create' }),
  field('updated_at', 'timestamp', 'When the record was last changed.', { auto: 'update' }),
];

type EntityOptions = Pick<EntityDefinition, 'soft_delete' | 'slug' | 'max_page_size'>;

/** An entity with a generated UUID key named `id`. */
export function entity(
  names: { readonly name: string; readonly table: string },
  description: string,
  fields: readonly FieldDefinition[],
  options: EntityOptions = {},
): EntityDefinition {
  return {
    ...names,
    description,
    primary_key: { field: 'id', type: 'uuid', generated: true },
    ...options,
    fields: [
      field('id', 'uuid', 'Key, generated when the record is created.', { required: true }),
      ...fields,
    ],
  };
}

/** A one-to-many relation over the foreign key that the target holds. */
export function oneToMany(
  name: string,
  ends: { readonly source: string; readonly target: string; readonly key: string },
  options: Pick<RelationDefinition, 'on_delete' | 'ownership' | 'description' | 'graphql'> = {},
): RelationDefinition {
  return {
    name,
    type: 'one_to_many',
    source: ends.source,
    target: ends.target,
    source_key: 'id',
    target_key: ends.key,
    ...options,
  };
}

/** The same roles for one action on several entities. */
export function grant(
  action: PermissionAction,
  entities: readonly string[],
  roles: readonly string[],
): PermissionDefinition[] {
  return entities.map((name) => ({ entity: name, action, roles }));
}
