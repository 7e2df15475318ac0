/** SDL of the inputs that write related records along with a record. */
import type { ChildLink, EntityModel } from '../../model/app-model.ts';
import { isChildLink, nestedLinks } from '../../model/nested-links.ts';
import type { Home } from '../../naming/graph-names.ts';
import { nestedDeleteName, nestedNames } from '../../naming/relation-names.ts';
import type { LinkToEntity } from '../link-sdl.ts';
import { inputTypeName } from '../scalar-names.ts';
import { fieldSdl, typeSdl } from '../type-sdl.ts';
import { beginningsOf, isAskedFor, refusedFor, sentences } from './behaviour-text.ts';

/** Members of every input of the entity, one for each link that can be written along. */
export function nestedFields(entity: EntityModel, home: Home): readonly string[] {
  return nestedLinks(entity).map((link) => {
    const type =
      link.kind === 'many_to_many' ? 'NestedLinksInput' : nestedNames(link.relation, entity.app, home).input;
    const kind = link.kind === 'many_to_many' ? 'Links' : 'Related records';
    return fieldSdl(
      `${link.graphqlName}: ${type}`,
      sentences(link.description, `${kind} that are written along.`),
    );
  });
}

/** One input for each relation, so that the foreign key, which the parent gives, is not asked for. */
export function nestedTypes(links: readonly LinkToEntity[], home: Home): readonly string[] {
  return links.flatMap(({ link, target }) =>
    target !== null && isChildLink(link) ? [listInput(link, home), itemInput(link, target, home)] : [],
  );
}

function listInput(link: ChildLink, home: Home): string {
  const { input, item } = nestedNames(link.relation, link.target.app, home);
  const one = link.kind === 'has_one' ? 'The one record, alone or in a list' : 'The records';
  return typeSdl({
    kind: 'input',
    name: input,
    fields: [
      fieldSdl(
        'mode: NestedWriteMode',
        `What becomes of the others; ${link.writeMode.toUpperCase()} where it is left out.`,
      ),
      fieldSdl(`data: [${item}!]!`, `${one}: new where no key is given.`),
    ],
  });
}

function itemInput(link: ChildLink, child: EntityModel, home: Home): string {
  const key = child.primaryKey;
  const fields = child.fields
    .filter((field) => field.writable && !field.isPrimaryKey && field.name !== link.targetField)
    .map((field) =>
      fieldSdl(
        `${field.graphqlName}: ${inputTypeName(child, field, home)}`,
        sentences(field.description, isAskedFor(child, field) ? 'Required of a new record.' : undefined),
      ),
    );
  return typeSdl({
    kind: 'input',
    name: nestedNames(link.relation, link.target.app, home).item,
    description: `A record that is written along with its parent.${beginningsOf(child)}${refusedFor(child.rules.beforeWrite.checks)}`,
    fields: [
      fieldSdl(`${key.graphqlName}: ID`, keyMeaning(child)),
      fieldSdl(`${nestedDeleteName(child)}: Boolean`, 'true: delete the record of this key.'),
      ...fields,
      ...nestedFields(child, home),
    ],
  });
}

function keyMeaning({ keyGeneration }: EntityModel): string {
  const change = 'Of a record to change or delete, which must be a related one';
  return keyGeneration === 'client' ? `${change}, or of a new one.` : `${change}; none makes a new one.`;
}
