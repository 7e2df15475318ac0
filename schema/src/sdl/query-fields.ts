import type { EntityModel } from '../model/app-model.ts';
import type { EntityNames } from '../naming/graph-names.ts';
import { argumentList, readArguments } from './read-arguments.ts';
import { fieldSdl } from './type-sdl.ts';

/** Root fields are nullable, so that a failing app nulls its own fields and not the whole answer. */
export function queryFields(entity: EntityModel, names: EntityNames): readonly string[] {
  const args = readArguments(names, entity);
  const cap = `At most ${entity.maxPageSize} at a time, which is also the default.`;
  const key = entity.primaryKey.graphqlName;
  return [
    fieldSdl(
      `${names.one}${argumentList(`${key}: ID!`, args.one)}: ${names.type}`,
      'By key; null when there is none that the caller may see.',
    ),
    fieldSdl(
      `${names.byKey}${argumentList(`key: ${names.keyInput}!`, args.one)}: ${names.type}`,
      'By any one unique key.',
    ),
    fieldSdl(`${names.many}${argumentList(args.list)}: [${names.type}!]`, `A list. ${cap}`),
    fieldSdl(
      `${names.connection}${argumentList(args.connection)}: ${names.connectionType}`,
      `Pages with stable cursors. ${cap}`,
    ),
    fieldSdl(
      `${names.aggregate}${argumentList(args.aggregate)}: ${names.aggregateTypes.all}`,
      'Numbers over all records that match.',
    ),
    fieldSdl(
      `${names.groupBy}${argumentList(args.groupBy)}: [${names.groupByTypes.result}!]`,
      `Records that are equal in some fields, together: how many there are, and numbers over them. ${cap}`,
    ),
  ];
}
