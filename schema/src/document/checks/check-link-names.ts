import { camelCase } from '../../naming/identifiers.ts';
import type { JsonPath } from '../json-path.ts';
import { parseRelationSource } from '../relation-source.ts';
import type { RelationDefinition } from '../types.ts';
import type { CheckContext, Located } from './context.ts';

const GRAPHQL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Also filter keywords: a link with such a name could not be filtered by. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'constructor', 'prototype']);

interface NameOverride extends Located<string> {
  /** Entity that gets the field; with its app when it is another one. */
  readonly owner: string;
}

/** GraphQL names that the document gives to relations: valid, and free on the entity that gets them. */
export function checkLinkNames(context: CheckContext): void {
  const taken = new Map<string, Set<string>>();
  for (const override of context.parts.relations.flatMap(overridesOf)) {
    if (!isGraphqlName(override.value)) {
      const message = `${JSON.stringify(override.value)} is not a valid GraphQL field name`;
      context.faults.error(override.path, message, 'Use letters, digits and underscores, e.g. "openTickets"');
      continue;
    }
    const names = taken.get(override.owner) ?? fieldNamesOf(context, override.owner);
    taken.set(override.owner, names);
    if (names.has(override.value)) {
      const message = `${JSON.stringify(override.owner)} already has a GraphQL field ${JSON.stringify(override.value)}`;
      context.faults.error(override.path, message, 'Choose another name');
    }
    names.add(override.value);
  }
}

function isGraphqlName(name: string): boolean {
  return GRAPHQL_NAME.test(name) && !name.startsWith('__') && !FORBIDDEN_NAMES.has(name);
}

function overridesOf({ value, path }: Located<RelationDefinition>): NameOverride[] {
  const place: JsonPath = [...path, 'graphql'];
  const source = parseRelationSource(value.source);
  const found: NameOverride[] = [];
  if (value.graphql?.field !== undefined && source !== null) {
    found.push({ value: value.graphql.field, path: [...place, 'field'], owner: value.source });
  }
  if (value.graphql?.inverse_field !== undefined) {
    found.push({
      value: value.graphql.inverse_field,
      path: [...place, 'inverse_field'],
      owner: value.target,
    });
  }
  return found;
}

function fieldNamesOf(context: CheckContext, owner: string): Set<string> {
  const entity = context.entities.get(owner);
  const names = new Set((entity?.value.fields ?? []).map((field) => camelCase(field.name)));
  if (entity === undefined) return names;
  // What the engine adds to a record; the same names as the model gives them.
  names.add(names.has('version') ? 'recordVersion' : 'version');
  if (entity.value.soft_delete === true) names.add('deletedAt');
  return names;
}
