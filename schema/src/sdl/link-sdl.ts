/** SDL of relations as fields. */
import type { EntityModel, ForeignContribution, LinkModel } from '../model/app-model.ts';
import { entityNames, type Home, typeName } from '../naming/graph-names.ts';
import { linkAggregateName, linkConnectionName } from '../naming/relation-names.ts';
import { argumentList, readArguments } from './read-arguments.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

/** A link and, within the app, the entity it leads to. Of an entity of another app only the key is known. */
export interface LinkToEntity<L extends LinkModel = LinkModel> {
  readonly link: L;
  readonly target: EntityModel | null;
}

/**
 * Always nullable: the linked record may be forbidden, or in an app that fails, when the record with the link is not.
 */
export function linkSdl({ link, target }: LinkToEntity, home: Home): string {
  const names = entityNames(link.target, home);
  const args = readArguments(names, target);
  switch (link.kind) {
    case 'to_one':
    case 'has_one':
      return fieldSdl(`${link.graphqlName}${argumentList(args.one)}: ${names.type}`, link.description);
    case 'to_many':
    case 'many_to_many':
      return [
        fieldSdl(`${link.graphqlName}${argumentList(args.list)}: [${names.type}!]`, link.description),
        fieldSdl(
          `${linkConnectionName(link)}${argumentList(args.connection)}: ${names.connectionType}`,
          `Pages of ${link.graphqlName}, with stable cursors.`,
        ),
        fieldSdl(
          `${linkAggregateName(link)}${argumentList(args.aggregate)}: ${names.aggregateTypes.all}`,
          `Numbers over all ${link.graphqlName} that match.`,
        ),
      ].join('\n');
    default:
      return link satisfies never;
  }
}

/** What this app adds to a type of another app: the key it is joined by, and the fields. */
export function contributionSdl(
  on: EntityModel,
  contributions: readonly LinkToEntity<ForeignContribution['link']>[],
  home: Home,
): string {
  const key = on.primaryKey.graphqlName;
  const name = `${typeName({ app: on.app, entity: on.name }, home)} @key(fields: "${key}")`;
  const fields = contributions.map((link) => linkSdl(link, home));
  return typeSdl({ kind: 'type', name, fields: [fieldSdl(`${key}: ID!`), ...fields] });
}
