/** SDL of changing records: inputs, payload, mutations. */
import type { EntityModel } from '../../model/app-model.ts';
import type { FieldModel } from '../../model/field-model.ts';
import type { EntityNames, Home } from '../../naming/graph-names.ts';
import type { LinkToEntity } from '../link-sdl.ts';
import { inputTypeName } from '../scalar-names.ts';
import { fieldSdl, typeSdl } from '../type-sdl.ts';
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
  const derived = entity.slug?.field === field.name && entity.slug.source !== undefined;
  const computed = entity.rules.beforeWrite.computed.some((rule) => rule.field.name === field.name);
  const needed = field.required && field.default === undefined && !derived && !computed;
  const text = [
    field.description,
    needed ? 'Required.' : undefined,
    computed ? 'Computed: what is given is replaced.' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
  return fieldSdl(`${field.graphqlName}: ${inputTypeName(entity, field, home)}`, text);
}

/** GraphQL has no empty input types; an entity with nothing to write still takes `{}`. */
function nonEmpty(fields: readonly string[]): readonly string[] {
  return fields.length > 0
    ? fields
    : [fieldSdl('_unused: Boolean', 'There is no field to set; leave it out.')];
}

function payloadType(names: EntityNames): string {
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
  const initial = machines.flatMap((machine) =>
    machine.initial === null ? [] : [` ${machine.field.graphqlName} begins as '${machine.initial}'.`],
  );
  const changes = machines.map(({ field }) => ` ${field.graphqlName} changes by its transitions only.`);
  return [
    fieldSdl(
      `${names.create}(input: ${names.createInput}!): ${names.payloadType}`,
      `Adds a record, and related ones with it. All faults of the input come together in errors.${initial.join('')}${ofWrites}`,
    ),
    fieldSdl(
      `${names.update}(id: ID!, patch: ${names.patchInput}!, ${version}): ${names.payloadType}`,
      `Changes the fields and related records that the patch names, and no others.${changes.join('')}${ofWrites}`,
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

/** Messages that a description repeats, at most. */
const MAX_MESSAGES = 10;

/** What the rules of a write say when they refuse it. */
function refusedFor(rules: readonly { readonly message: string }[]): string {
  const messages = [...new Set(rules.map(({ message }) => message))];
  if (messages.length === 0) return '';
  const more = messages.length > MAX_MESSAGES ? '; ...' : '';
  return ` Refused where a rule says: ${messages.slice(0, MAX_MESSAGES).join('; ')}${more}.`;
}
