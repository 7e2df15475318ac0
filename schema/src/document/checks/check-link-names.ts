import { linkFieldNames } from '../../model/link-names.ts';
import { DELETED_AT_COLUMN, SEARCH_FALLBACK_NAME, versionFieldName } from '../../naming/engine-names.ts';
import { camelCase } from '../../naming/identifiers.ts';
import type { JsonPath } from '../faults/json-path.ts';
import { parseRelationSource } from '../relation-source.ts';
import type { RelationDefinition, StateMachineDefinition } from '../types.ts';
import { isObjectMember } from './check-names.ts';
import type { CheckContext, EntityEntry, Located } from './context.ts';

const GRAPHQL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Filter keywords among others: a link with such a name could not be used in a filter. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'prototype']);

interface NameOverride extends Located<string> {
  /** Entity that gets the field; with its app when it is another one. */
  readonly owner: string;
  /** A list also takes the names of its connection and its aggregate. */
  readonly isList: boolean;
}

/** GraphQL names that the document gives to relations: valid, and free on the entity that gets them. */
export function checkLinkNames(context: CheckContext): void {
  const taken = new Map<string, Set<string>>();
  const machines = Map.groupBy(context.parts.state_machines, ({ value }) => value.entity);
  for (const override of context.parts.relations.flatMap(overridesOf)) {
    if (!isGraphqlName(override.value)) {
      const message = `${JSON.stringify(override.value)} is not a valid GraphQL field name`;
      context.faults.error(override.path, message, 'Use letters, digits and underscores, e.g. "openTickets"');
      continue;
    }
    const names =
      taken.get(override.owner) ??
      fieldNamesOf(context.entities.get(override.owner), machines.get(override.owner) ?? []);
    taken.set(override.owner, names);
    const wanted = linkFieldNames(override.value, override.isList);
    const clash = wanted.find((name) => names.has(name));
    if (clash !== undefined) {
      const message = `${JSON.stringify(override.owner)} already has a GraphQL field ${JSON.stringify(clash)}`;
      context.faults.error(override.path, message, 'Choose another name');
    }
    for (const name of wanted) names.add(name);
  }
}

function isGraphqlName(name: string): boolean {
  return (
    GRAPHQL_NAME.test(name) && !name.startsWith('__') && !FORBIDDEN_NAMES.has(name) && !isObjectMember(name)
  );
}

function overridesOf({ value, path }: Located<RelationDefinition>): NameOverride[] {
  const place: JsonPath = [...path, 'graphql'];
  const source = parseRelationSource(value.source);
  const found: NameOverride[] = [];
  if (value.graphql?.field !== undefined && source !== null) {
    found.push({
      value: value.graphql.field,
      path: [...place, 'field'],
      owner: value.source,
      isList: value.type !== 'one_to_one',
    });
  }
  if (value.graphql?.inverse_field !== undefined) {
    found.push({
      value: value.graphql.inverse_field,
      path: [...place, 'inverse_field'],
      owner: value.target,
      isList: value.type === 'many_to_many',
    });
  }
  return found;
}

function fieldNamesOf(
  entity: EntityEntry | undefined,
  machines: readonly Located<StateMachineDefinition>[],
): Set<string> {
  const names = new Set((entity?.value.fields ?? []).map((field) => camelCase(field.name)));
  if (entity === undefined) return names;
  // Fields that the engine adds to a record, by the names they have in the model.
  names.add(versionFieldName(names));
  if (entity.value.fields.some((field) => field.searchable === true)) names.add(SEARCH_FALLBACK_NAME);
  if (entity.value.soft_delete === true) names.add(camelCase(DELETED_AT_COLUMN));
  for (const { value } of machines) names.add(`${camelCase(value.field)}Transitions`);
  return names;
}
