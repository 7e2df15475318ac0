/** SDL of subscriptions to the changes of an entity: what a subscriber is told, and the field that tells it. */
import type { EntityModel } from '../model/app-model.ts';
import { type EntityNames, entityNames, type Home } from '../naming/graph-names.ts';
import { changedName } from '../naming/workflow-names.ts';
import { argumentList } from './read-arguments.ts';
import { outputTypeName } from './scalar-names.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

/** A type that is the same in every subgraph. */
export const CHANGE_OPERATION_SDL = typeSdl({
  kind: 'enum',
  name: 'ChangeOperation',
  description:
    'What a change did to the records that a subscription follows: those that match it and that the caller may see.',
  fields: [
    fieldSdl('ADDED', 'The record is one of them now: it was created, or came to match or to be seen.'),
    fieldSdl('UPDATED', 'It was one of them before and still is.'),
    fieldSdl('REMOVED', 'It is none of them any more: it was deleted, or ceased to match or to be seen.'),
  ],
});

const OPERATION = fieldSdl('operation: ChangeOperation!');
const KEY = fieldSdl('id: ID!', 'Key of the record, also when it is gone.');
const ABOUT = [
  fieldSdl(
    'changedFields: [String!]!',
    'Fields of the record whose values the change made others, by their names here. Empty for a row of the snapshot.',
  ),
  fieldSdl(
    'cursor: String!',
    'Place of the change: give the last one back as after to go on behind it. Valid for the same subscription of the same caller.',
  ),
  fieldSdl('at: DateTime!', 'When the change was made; for a row of the snapshot, when it was read.'),
  fieldSdl('snapshot: Boolean!', 'true: no change, but a row of the snapshot that was asked for.'),
];

/** Type definitions, and the field of the root type. */
export interface ChangeSdl {
  readonly types: readonly string[];
  readonly subscription: string;
}

export function changeSdl(entity: EntityModel, home: Home): ChangeSdl {
  const names = entityNames({ app: entity.app, entity: entity.name }, home);
  return {
    types: [changeType(names), previousType(entity, home, names)],
    subscription: subscriptionField(changedName(entity, home), names),
  };
}

function changeType(names: EntityNames): string {
  const node = 'The record as it is now, which may be later than this change; null when it was removed.';
  const previous = 'The record before the change; null when it was added, and for a row of the snapshot.';
  return typeSdl({
    kind: 'type',
    name: names.changeType,
    description: 'A change of one record, as the subscriber sees it.',
    fields: [
      OPERATION,
      KEY,
      fieldSdl(`node: ${names.type}`, node),
      fieldSdl(`previous: ${names.previousType}`, previous),
      ...ABOUT,
    ],
  });
}

/** Nullable throughout: what the caller may not read is null, and so is what an older event does not have. */
function previousType(entity: EntityModel, home: Home, names: EntityNames): string {
  const fields = entity.fields.map((field) =>
    fieldSdl(`${field.graphqlName}: ${outputTypeName(entity, field, home)}`, field.description),
  );
  const version = fieldSdl(`${entity.versionGraphqlName}: Int`, 'Version of the record before the change.');
  return typeSdl({
    kind: 'type',
    name: names.previousType,
    description: 'A record as it was before a change. Null is also what the caller may not read.',
    fields: [...fields, version],
  });
}

function subscriptionField(name: string, names: EntityNames): string {
  const args = argumentList(
    '"Only the record of this key." id: ID',
    `"Only records that match; all unless given. One that comes to match is ADDED, one that ceases to is REMOVED." where: ${names.whereInput}`,
    '"Only these; all unless given." operations: [ChangeOperation!]',
    '"Behind this cursor: first what has changed since, then what changes. RESYNC_REQUIRED when that is no longer known; begin anew with a snapshot." after: String',
    '"true: first the records there are, each as ADDED, then what changes." snapshot: Boolean! = false',
    '"true: of several changes of one record that wait for a slow reader, only their sum is sent." coalesce: Boolean! = false',
  );
  return fieldSdl(
    `${name}${args}: ${names.changeType}!`,
    'Each change of a record that the caller may see, in the order of commits for each record. Over WebSocket (graphql-ws) or as text/event-stream (graphql-sse).',
  );
}
