import type { RelationDefinition } from '../document/types.ts';
import { camelCase, pascalCase, pluralOf } from '../naming/identifiers.ts';

const GRAPHQL_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** The GraphQL field names of one entity. A link that returns a list also takes the names of its variants. */
export class FieldNames {
  readonly #taken: Set<string>;
  /**
   * The number tried last for each name that had to be numbered. Names are never released, so no smaller one gets free.
   */
  readonly #numbers = new Map<string, number>();

  constructor(taken: Iterable<string>) {
    // A document may not demand the names of every object's methods either; see the check of names.
    this.#taken = new Set([...Object.getOwnPropertyNames(Object.prototype), ...taken]);
  }

  /** Takes a name that the document demands; its check has refused a clash with a field. */
  take(name: string, isList: boolean): string {
    for (const variant of linkFieldNames(name, isList)) this.#taken.add(variant);
    return name;
  }

  /** Takes the first candidate that is free; the last one with a number, when none is. */
  takeFirst(candidates: readonly string[], isList: boolean): string {
    const free = candidates.find((name) => this.#isFree(name, isList));
    if (free !== undefined) return this.take(free, isList);
    const last = candidates.at(-1) ?? 'related';
    // A list needs more names than a single record does, so the two are counted separately.
    const counted = `${last} ${isList}`;
    let number = this.#numbers.get(counted) ?? 2;
    while (!this.#isFree(`${last}${number}`, isList)) number += 1;
    this.#numbers.set(counted, number);
    return this.take(`${last}${number}`, isList);
  }

  #isFree(name: string, isList: boolean): boolean {
    return (
      GRAPHQL_NAME.test(name) && linkFieldNames(name, isList).every((variant) => !this.#taken.has(variant))
    );
  }
}

/** All fields that a link of this name adds to its entity. */
export function linkFieldNames(name: string, isList: boolean): readonly string[] {
  return isList ? [name, `${name}Connection`, `${name}Aggregate`] : [name];
}

/** `post_tags` seen from `post` is `tags`; null when the relation's name does not begin with the entity's. */
function strippedName(relation: string, entity: string): string | null {
  const prefix = `${entity}_`;
  return relation.startsWith(prefix) ? camelCase(relation.slice(prefix.length).replace(/^_+/, '')) : null;
}

/** Names for the record that a foreign key points at: `customer_id` -> `customer`. */
export function toOneCandidates(foreignKey: string, sourceEntity: string): readonly string[] {
  const entity = camelCase(sourceEntity);
  const fallback = [entity, `${camelCase(foreignKey)}Record`];
  return foreignKey.endsWith('_id') ? [camelCase(foreignKey.slice(0, -'_id'.length)), ...fallback] : fallback;
}

/** Names for the records that point here, or for the one record of a one_to_one relation. */
export function inverseCandidates(
  relation: RelationDefinition,
  sourceEntity: string,
  foreignKey: string,
): readonly string[] {
  const singular = camelCase(relation.target);
  const base = relation.type === 'one_to_one' ? singular : pluralOf(singular);
  return withStripped(strippedName(relation.name, sourceEntity), base, foreignKey);
}

/**
 * One side of a many-to-many relation, with the join column of that side. Only the source's side is named by the
 * relation.
 */
export function manyToManyCandidates(
  relation: RelationDefinition,
  side: 'source' | 'target',
  ownJoinColumn: string,
): readonly string[] {
  const isSource = side === 'source';
  const base = pluralOf(camelCase(isSource ? relation.target : relation.source));
  return withStripped(isSource ? strippedName(relation.name, relation.source) : null, base, ownJoinColumn);
}

function withStripped(stripped: string | null, base: string, column: string): readonly string[] {
  const regular = [base, `${base}By${pascalCase(column)}`];
  return stripped === null ? regular : [stripped, ...regular];
}
