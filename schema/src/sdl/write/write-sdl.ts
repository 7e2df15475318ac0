/** SDL of changing records: inputs, payload, mutations. */
import type { EntityModel } from '../../model/app-model.ts';
import type { FieldModel } from '../../model/field-model.ts';
import { nestedLinks } from '../../model/nested-links.ts';
import type { EntityNames, Home } from '../../naming/graph-names.ts';
import type { LinkToEntity } from '../link-sdl.ts';
import { inputTypeName } from '../scalar-names.ts';
import { fieldSdl, typeSdl } from '../type-sdl.ts';
import { beginningsOf, isAskedFor, isComputed, refusedFor, sentences } from './behaviour-text.ts';
import { nestedFields, nestedTypes } from './nested-sdl.ts';

/** `links` of the entity lead to others of its app where those are known. */
export function writeTypes(
  entity: EntityModel,
  home: Home,
  of: { names: EntityNames; links: readonly LinkToEntity[] },
): readonly string[] {
  const nested = nestedFields(entity, home);
  return [
    createInput(entity, home, { names: of.names, nested }),
    patchInput(entity, home, { names: of.names, nested }),
    payloadType(of.names),
    ...nestedTypes(of.links, home),
  ];
}

interface InputParts {
  readonly names: EntityNames;
  /** Fields of the links that are written along. */
  readonly nested: readonly string[];
}

/**
 * Required fields are nullable here on purpose: the write pipeline reports all missing ones at once, as data and
 * with their paths, where GraphQL's own check would refuse the request as malformed.
 */
function createInput(entity: EntityModel, home: Home, { names, nested }: InputParts): string {
  const fields = entity.fields
    .filter((field) => field.writable)
    .map((field) => createField(entity, field, home));
  return typeSdl({ kind: 'input', name: names.createInput, fields: nonEmpty([...fields, ...nested]) });
}

function patchInput(entity: EntityModel, home: Home, { names, nested }: InputParts): string {
  const fields = entity.fields
    .filter((field) => field.writable && !field.isPrimaryKey)
    .map((field) =>
      fieldSdl(`${field.graphqlName}: ${inputTypeName(entity, field, home)}`, field.description),
    );
  return typeSdl({
    kind: 'input',
    name: names.patchInput,
    description: 'Only the fields that are given change; null empties one.',
    fields: nonEmpty([...fields, ...nested]),
  });
}

function createField(entity: EntityModel, field: FieldModel, home: Home): string {
  const text = sentences(
    field.description,
    isAskedFor(entity, field) ? 'Required.' : undefined,
    isComputed(entity, field) ? 'Computed: what is given is replaced.' : undefined,
  );
  return fieldSdl(`${field.graphqlName}: ${inputTypeName(entity, field, home)}`, text);
}

/** GraphQL has no empty input types; an entity with nothing to write still takes `{}`. */
function nonEmpty(fields: readonly string[]): readonly string[] {
  return fields.length > 0
    ? fields
    : [fieldSdl('_unused: Boolean', 'There is no field to set; leave it out.')];
}

export function payloadType(names: EntityNames): string {
  return typeSdl({
    kind: 'type',
    name: names.payloadType,
    fields: [
      fieldSdl(
        `${names.one}: ${names.type}`,
        'The record after the change (before it, for a delete); null when it was refused.',
      ),
      fieldSdl('errors: [UserError!]!', 'Empty when the change was made.'),
    ],
  });
}

export const VERSION_ARGUMENT =
  '"The version that was read: if it is another by now, nothing changes, and the error is VERSION_CONFLICT." expectedVersion: Int';

export function mutationFields(entity: EntityModel, names: EntityNames): readonly string[] {
  const { rules, machines } = entity;
  const version = VERSION_ARGUMENT;
  const ofWrites = refusedFor(rules.beforeWrite.checks);
  const hasNested = nestedLinks(entity).length > 0;
  const changes = machines.map(({ field }) => ` ${field.graphqlName} changes by its transitions only.`);
  return [
    fieldSdl(
      `${names.create}(input: ${names.createInput}!): ${names.payloadType}`,
      `Adds a record${hasNested ? ', and related ones with it' : ''}. All faults of the input come together in errors.${beginningsOf(entity)}${ofWrites}`,
    ),
    fieldSdl(
      `${names.update}(id: ID!, patch: ${names.patchInput}!, ${version}): ${names.payloadType}`,
      `Changes the fields${hasNested ? ' and related records' : ''} that the patch names, and no others.${changes.join('')}${ofWrites}`,
    ),
    fieldSdl(
      `${names.delete}(id: ID!, ${version}): ${names.payloadType}`,
      `Deletes a record, and does with those that refer to it what the document says.${refusedFor(rules.beforeDelete)}`,
    ),
    ...(entity.softDelete ? [restoreField(names)] : []),
  ];
}

function restoreField(names: EntityNames): string {
  return fieldSdl(
    `${names.restore}(id: ID!): ${names.payloadType}`,
    'Takes back the deletion of a record, for callers who may update it. What was deleted along with it stays deleted.',
  );
}
