import { coerceValue } from '../document/coerce-value.ts';
import type { EntityDefinition, FieldDefinition, RelationDefinition } from '../document/types.ts';
import { DELETED_AT_COLUMN } from '../naming/engine-names.ts';
import { camelCase, enumMember } from '../naming/identifiers.ts';
import { scalarType } from '../values/scalar-type.ts';
import type { FieldModel } from './field-model.ts';

const DELETED_AT: FieldDefinition = { name: DELETED_AT_COLUMN, type: 'timestamp' };

/** The fields of each entity, by its name. */
export function buildAllFields(
  entities: Iterable<EntityDefinition>,
  relations: readonly RelationDefinition[],
): ReadonlyMap<string, readonly FieldModel[]> {
  const foreignKeys = foreignKeysByEntity(relations);
  return new Map(
    [...entities].map((entity) => [
      entity.name,
      buildFields(entity, foreignKeys.get(entity.name) ?? new Set()),
    ]),
  );
}

function foreignKeysByEntity(
  relations: readonly RelationDefinition[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const keys = relations.flatMap(({ type, target, target_key: key }) =>
    type === 'many_to_many' || key === undefined ? [] : [{ target, key }],
  );
  const groups = Map.groupBy(keys, ({ target }) => target);
  return new Map([...groups].map(([target, group]) => [target, new Set(group.map(({ key }) => key))]));
}

/**
 * The fields of an entity, in document order; `deleted_at` last where soft deletion needs it and it is not declared.
 */
function buildFields(entity: EntityDefinition, foreignKeys: ReadonlySet<string>): FieldModel[] {
  const declared = entity.fields.map((field) => buildField(entity, field, foreignKeys.has(field.name)));
  const isMissing = entity.soft_delete === true && !declared.some(({ name }) => name === DELETED_AT_COLUMN);
  return isMissing ? [...declared, buildField(entity, DELETED_AT, false)] : declared;
}

function buildField(entity: EntityDefinition, field: FieldDefinition, isForeignKey: boolean): FieldModel {
  const isPrimaryKey = field.name === entity.primary_key.field;
  const isGeneratedKey = isPrimaryKey && entity.primary_key.generated === true;
  const isDeletedAt = entity.soft_delete === true && field.name === DELETED_AT_COLUMN;
  const writable = !isGeneratedKey && field.auto === undefined && !isDeletedAt;
  const declaredRequired = field.required === true && field.nullable !== true;
  return {
    name: field.name,
    graphqlName: camelCase(field.name),
    type: scalarType(field.type),
    // Callers cannot be required to give what the engine fills in, and must give a key that it does not fill in.
    required: writable && (declaredRequired || isPrimaryKey),
    nullable: !declaredRequired && !isPrimaryKey,
    unique: field.unique === true,
    indexed: field.indexed === true,
    searchable: field.searchable === true,
    isPrimaryKey,
    isForeignKey,
    writable,
    ...optionalParts(field, isPrimaryKey || isForeignKey),
  };
}

type OptionalParts = Pick<
  FieldModel,
  'description' | 'default' | 'enumValues' | 'enumMembers' | 'scale' | 'auto'
>;

function optionalParts(field: FieldDefinition, isKey: boolean): OptionalParts {
  const isDecimal = field.type === 'decimal';
  // Keys are of GraphQL's type ID, whatever values they may have.
  const members = isKey || scalarType(field.type) !== 'string' ? undefined : enumMembers(field.enum);
  return {
    ...(field.description === undefined ? {} : { description: field.description }),
    ...defaultPart(field),
    ...(field.enum === undefined ? {} : { enumValues: field.enum }),
    ...(members === undefined ? {} : { enumMembers: members }),
    ...(isDecimal && field.precision !== undefined ? { scale: field.precision } : {}),
    ...(field.auto === undefined ? {} : { auto: field.auto }),
  };
}

/** Defaults are bound like any value, so they are coerced like any value. */
function defaultPart(field: FieldDefinition): Pick<FieldModel, 'default'> {
  if (field.default === undefined) return {};
  if (field.default === null) return { default: null };
  const coerced = coerceValue({ type: scalarType(field.type), scale: field.precision }, field.default);
  return { default: coerced.ok ? coerced.value : field.default };
}

function enumMembers(values: readonly string[] | undefined): ReadonlyMap<string, string> | undefined {
  if (values === undefined) return undefined;
  const members = new Map<string, string>();
  for (const value of values) {
    const member = enumMember(value);
    if (member === null || members.has(member)) return undefined;
    members.set(member, value);
  }
  return members;
}
