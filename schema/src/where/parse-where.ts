/**
 * A GraphQL `where` argument, already coerced by the executor, as a filter. Null and empty operands are refused: in
 * other engines `{name: {eq: null}}` or `NOT: {}` silently means everything or nothing, and a deleted variable then
 * returns or updates every record.
 */
import type { Filter, RelationFilter } from '../filter/filter.ts';
import { isPattern, MAX_PATTERNS_LENGTH } from '../filter/like-pattern.ts';
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import type { FilterScope } from './filter-scope.ts';
import { badInput, type InputPath } from './input-place.ts';
import { operandEntries } from './operand-entries.ts';
import { storableText } from './operand-value.ts';
import { parseFieldFilter } from './parse-field-filter.ts';
import { relatedEntity } from './related-entity.ts';

/** Steps from the argument to a value. Postgres parses by recursion too, and its stack is 2 MB. */
const MAX_PATH_STEPS = 64;
/** A statement has room for 65,535 bound values, and each condition is planned on its own. */
const MAX_CONDITIONS = 1_000;
/** Each step is a subquery in the one before. */
const MAX_RELATION_STEPS = 8;
const MAX_SEARCH_LENGTH = 1_000;

/** The current place of parsing: the entity whose fields are named, and the path to it. */
interface Place {
  readonly entity: EntityModel;
  readonly path: InputPath;
  readonly relationSteps: number;
  readonly scope: FilterScope;
}

/**
 * @throws RocketError `BAD_USER_INPUT` that names the place, e.g. `where.AND[0].name.eq`; `FORBIDDEN` or
 * `UNAUTHENTICATED` for a relation to records that the caller may not read.
 */
export function parseWhere(where: unknown, entity: EntityModel, scope: FilterScope): Filter {
  const path = ['where'];
  const filter = parseGroup(where, { entity, path, relationSteps: 0, scope });
  if (countConditions(filter) > MAX_CONDITIONS)
    throw badInput(path, `may have at most ${MAX_CONDITIONS} conditions`);
  if (countPatternCharacters(filter) > MAX_PATTERNS_LENGTH)
    throw badInput(path, `may have at most ${MAX_PATTERNS_LENGTH} characters in all its text patterns`);
  return filter;
}

/** Counts the characters of all patterns: Postgres may try all of them on one record before it can be cancelled. */
function countPatternCharacters(filter: Filter): number {
  switch (filter.kind) {
    case 'not':
    case 'relation':
      return countPatternCharacters(filter.filter);
    case 'all':
    case 'any':
      return filter.filters.reduce((sum, part) => sum + countPatternCharacters(part), 0);
    case 'text':
      return isPattern(filter.operator) ? filter.value.length : 0;
    default:
      return 0;
  }
}

/** Conditions of related entities' policies count too: they are in the statement each time a relation is named. */
function countConditions(filter: Filter): number {
  switch (filter.kind) {
    case 'not':
      return countConditions(filter.filter);
    case 'all':
    case 'any':
      return filter.filters.reduce((sum, part) => sum + countConditions(part), 0);
    case 'relation':
      return 1 + countConditions(filter.filter) + countConditions(filter.access);
    default:
      return 1;
  }
}

function below(place: Place, ...steps: readonly string[]): Place {
  return { ...place, path: [...place.path, ...steps] };
}

function parseGroup(where: unknown, place: Place, whenEmpty?: string): Filter {
  if (place.path.length > MAX_PATH_STEPS) throw badInput(['where'], 'is nested too deeply');
  const entries = operandEntries(where, place.path, whenEmpty);
  return all(entries.map(([key, operand]) => parseEntry(key, operand, below(place, key))));
}

function parseEntry(key: string, operand: unknown, place: Place): Filter {
  switch (key) {
    case 'AND':
      return { kind: 'all', filters: parseList(operand, place) };
    case 'OR':
      return { kind: 'any', filters: parseList(operand, place) };
    case 'NOT':
      return { kind: 'not', filter: parseGroup(operand, place) };
    case place.entity.searchGraphqlName:
      return parseSearch(operand, place);
    default:
      return parseMember(key, operand, place);
  }
}

function parseMember(key: string, operand: unknown, place: Place): Filter {
  const field = place.entity.fieldByGraphqlName.get(key);
  if (field !== undefined) return all(parseFieldFilter(field, operand, place.path));
  const link = place.entity.links.find(({ graphqlName }) => graphqlName === key);
  if (link === undefined) throw badInput(place.path, 'is not a field');
  return parseRelation(link, operand, place);
}

function parseList(operand: unknown, place: Place): Filter[] {
  if (!Array.isArray(operand) || operand.length === 0)
    throw badInput(place.path, 'must be a list with at least one filter');
  return operand.map((item, index) => parseGroup(item, below(place, String(index))));
}

function parseSearch(operand: unknown, { entity, path }: Place): Filter {
  const query = storableText(operand, path);
  if (query.trim() === '') throw badInput(path, 'may not be blank');
  if (query.length > MAX_SEARCH_LENGTH)
    throw badInput(path, `may have at most ${MAX_SEARCH_LENGTH} characters`);
  return { kind: 'search', fields: entity.fields.filter((field) => field.searchable), query };
}

function parseRelation(link: LinkModel, operand: unknown, place: Place): Filter {
  if (place.relationSteps >= MAX_RELATION_STEPS)
    throw badInput(place.path, `goes through more than ${MAX_RELATION_STEPS} relations`);
  const { target, access } = relatedEntity(link, place.scope, place.path);
  const inside: Place = { ...place, entity: target, relationSteps: place.relationSteps + 1 };
  const relation = (quantifier: RelationFilter['quantifier'], filter: Filter): Filter => {
    return { kind: 'relation', link, target, quantifier, filter, access };
  };
  const anyOne = `{${target.primaryKey.graphqlName}: {isNull: false}}`;
  if (link.kind === 'to_one' || link.kind === 'has_one')
    return relation('is', parseGroup(operand, inside, `to ask whether there is one, use ${anyOne}`));
  const quantified = operandEntries(operand, place.path).map(([quantifier, where]) => {
    const at = below(inside, quantifier);
    if (quantifier === 'every') return relation(quantifier, parseGroup(where, at));
    if (quantifier !== 'some' && quantifier !== 'none')
      throw badInput(at.path, 'must be some, every or none');
    const hint = `to ask whether there is any, use {${quantifier}: ${anyOne}}`;
    return relation(quantifier, parseGroup(where, at, hint));
  });
  return all(quantified);
}

function all(filters: readonly Filter[]): Filter {
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : { kind: 'all', filters };
}
