/** What rules and guards may name: fields of their entity, relations, and the variables of their expressions. */
import type { RelationDefinition } from '../document/types.ts';
import { type ExpressionScope, type ExpressionShape, recordShape } from '../expressions/expression-shape.ts';
import type { FieldModel } from '../model/field-model.ts';

/** The records of a relation, seen from an entity. */
export interface RelatedSide {
  readonly target: string;
  readonly many: boolean;
  readonly fields: ReadonlyMap<string, FieldModel>;
}

export interface BehaviourScope {
  readonly entity: string;
  readonly fields: ReadonlyMap<string, FieldModel>;
  /** By relation name, those within the app. */
  readonly relations: ReadonlyMap<string, RelatedSide>;
  /** Fields of all entities of the app. */
  readonly entities: ReadonlyMap<string, ReadonlyMap<string, FieldModel>>;
}

const USER: ExpressionShape = {
  kind: 'object',
  member: 'property of the user',
  members: new Map<string, ExpressionShape>([
    ['id', 'string'],
    ['email', 'string'],
    ['roles', { kind: 'list', of: 'string' }],
  ]),
};

/** @param fields of every entity, by its name */
export function behaviourScopes(
  fields: ReadonlyMap<string, readonly FieldModel[]>,
  relations: readonly RelationDefinition[],
): (entity: string) => BehaviourScope {
  const byName = new Map(
    [...fields].map(([entity, own]) => [entity, new Map(own.map((field) => [field.name, field]))] as const),
  );
  const sides = new Map<string, Map<string, RelatedSide>>();
  const add = (entity: string, relation: string, side: Omit<RelatedSide, 'fields'>) => {
    const known = sides.get(entity) ?? new Map<string, RelatedSide>();
    const target = byName.get(side.target);
    // Of a relation to the entity itself, the side of its source is meant.
    if (target !== undefined && !known.has(relation)) known.set(relation, { ...side, fields: target });
    sides.set(entity, known);
  };
  for (const { name, type, source, target } of relations) {
    add(source, name, { target, many: type !== 'one_to_one' });
    add(target, name, { target: source, many: type === 'many_to_many' });
  }
  return (entity) => ({
    entity,
    fields: byName.get(entity) ?? new Map(),
    relations: sides.get(entity) ?? new Map(),
    entities: byName,
  });
}

/** The variables of a rule or guard of an entity. */
export function expressionScope(
  scope: BehaviourScope,
  related: readonly { readonly relation: string }[],
): ExpressionScope {
  const record = recordShape(scope.fields.values());
  const variables = new Map<string, ExpressionShape>([
    ['record', record],
    ['old', record],
    ['action', 'string'],
    ['user', USER],
    ['now', 'timestamp'],
  ]);
  if (related.length > 0) variables.set('related', relatedShape(scope, related));
  return variables;
}

/** `changes`: the fields of a record that have another value, each with what it was and is. */
export function changesShape(fields: Iterable<FieldModel>): ExpressionShape {
  const members = new Map<string, ExpressionShape>();
  for (const { name, type } of fields) {
    const sides = new Map<string, ExpressionShape>([
      ['old', type],
      ['new', type],
    ]);
    members.set(name, { kind: 'object', member: 'side of a change', members: sides });
  }
  return { kind: 'object', member: 'field', members };
}

function relatedShape(
  { relations }: BehaviourScope,
  related: readonly { readonly relation: string }[],
): ExpressionShape {
  const members = new Map<string, ExpressionShape>();
  for (const { relation } of related) {
    const side = relations.get(relation);
    if (side === undefined) continue;
    const of = recordShape(side.fields.values());
    members.set(relation, side.many ? { kind: 'list', of } : of);
  }
  return { kind: 'object', member: 'relation', members };
}
