/** SDL of relations as fields. */
import type { ForeignContribution, LinkModel } from '../model/app-model.ts';
import {
  type EntityNames,
  entityNames,
  type Home,
  linkConnectionName,
  typeName,
} from '../naming/graph-names.ts';
import { describe } from './description.ts';

/** Arguments of a plain list and of a connection, at the root and on relations alike. */
export function listArguments(names: EntityNames): { list: string; connection: string } {
  const filter = `where: ${names.whereInput}, orderBy: [${names.orderByInput}!]`;
  return {
    list: `(${filter}, limit: Int, offset: Int)`,
    connection: `(${filter}, first: Int, after: String, last: Int, before: String)`,
  };
}

/** `nullable`: the field crosses apps, so its failure must not null the record it hangs on. */
export function linkSdl(link: LinkModel, home: Home, options: { nullable: boolean }): string {
  const names = entityNames(link.target, home);
  const text = describe(link.description, '  ');
  const bang = options.nullable ? '' : '!';
  switch (link.kind) {
    case 'to_one':
    case 'has_one':
      return `${text}  ${link.graphqlName}: ${names.type}`;
    case 'to_many':
    case 'many_to_many': {
      const { list, connection } = listArguments(names);
      return [
        `${text}  ${link.graphqlName}${list}: [${names.type}!]${bang}`,
        `  ${linkConnectionName(link)}${connection}: ${names.connectionType}${bang}`,
      ].join('\n');
    }
    default:
      return link satisfies never;
  }
}

/** What this app adds to a type of another app: the key it is joined by, and the fields. */
export function contributionSdl(
  keyName: string,
  contributions: readonly ForeignContribution[],
  home: Home,
): string {
  const [first] = contributions;
  if (first === undefined) return '';
  const fields = contributions.map(({ link }) => linkSdl(link, home, { nullable: true }));
  return `type ${typeName(first.on, home)} @key(fields: "${keyName}") {\n  ${keyName}: ID!\n${fields.join('\n')}\n}`;
}
