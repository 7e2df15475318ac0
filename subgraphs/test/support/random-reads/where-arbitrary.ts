/** Random `where` and `orderBy`, through relations too. */
import type { AppModel, EntityModel, FieldModel, LinkModel } from '@rocket/schema';
import fc from 'fast-check';
import type { OrderBy, Where } from './read-tree.ts';
import { JSON_VALUES, POOLS } from './world/world-data.ts';

const COMPARISONS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'];
const TEXT_OPERATORS = ['startsWith', 'endsWith', 'contains', 'istartsWith', 'iendsWith', 'icontains'];
const JSON_KEYS = ['a', 'b', 'c', 'x', '0', '1', '-1', '', ' 1'];

/** Values that a field is compared with, as GraphQL has them. */
export function operandsOf(entity: EntityModel, field: FieldModel): readonly unknown[] {
  if (field.enumMembers !== undefined) return [...field.enumMembers.keys()];
  if (!field.isPrimaryKey && !field.isForeignKey) return POOLS[field.name] ?? [];
  const key = field.isPrimaryKey ? `${entity.name}.id` : field.name === 'team_id' ? 'team.id' : 'person.id';
  return (POOLS[key] ?? []).map(String);
}

export function targetOf(model: AppModel, link: LinkModel): EntityModel {
  const target = model.entities.get(link.target.entity);
  if (target === undefined) throw new Error(`No entity ${link.target.entity}`);
  return target;
}

/** Alternatives, mostly: most single conditions find nothing among a few records. */
export function argumentWhere(model: AppModel, entity: EntityModel, depth: number): fc.Arbitrary<Where> {
  const inner = whereArbitrary(model, entity, depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: fc.array(inner, { minLength: 2, maxLength: 4 }).map((OR) => ({ OR })) },
    { weight: 1, arbitrary: whereArbitrary(model, entity, depth) },
  );
}

function whereArbitrary(model: AppModel, entity: EntityModel, depth: number): fc.Arbitrary<Where> {
  const conditions: fc.WeightedArbitrary<Where>[] = [
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(...entity.fields)
        .chain((field) => fieldOperand(entity, field).map((operand) => ({ [field.graphqlName]: operand }))),
    },
  ];
  if (depth === 0) return fc.oneof(...conditions);
  const inner = whereArbitrary(model, entity, depth - 1);
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  conditions.push(
    { weight: 1, arbitrary: list.map((AND) => ({ AND })) },
    { weight: 1, arbitrary: list.map((OR) => ({ OR })) },
    { weight: 1, arbitrary: inner.map((NOT) => ({ NOT })) },
    { weight: 1, arbitrary: fc.tuple(inner, inner).map(([left, right]) => ({ ...left, ...right })) },
    { weight: 4, arbitrary: fc.oneof(...entity.links.map((link) => relationWhere(model, link, depth - 1))) },
  );
  return fc.oneof(...conditions);
}

function relationWhere(model: AppModel, link: LinkModel, depth: number): fc.Arbitrary<Where> {
  const inner = whereArbitrary(model, targetOf(model, link), depth);
  if (link.kind === 'to_one' || link.kind === 'has_one')
    return inner.map((where) => ({ [link.graphqlName]: where }));
  return fc
    .dictionary(fc.constantFrom('some', 'every', 'none'), inner, {
      minKeys: 1,
      maxKeys: 2,
      noNullPrototype: true,
    })
    .map((quantified) => ({ [link.graphqlName]: quantified }));
}

function fieldOperand(entity: EntityModel, field: FieldModel): fc.Arbitrary<Where> {
  const isNull = fc.boolean().map((value): Where => ({ isNull: value }));
  if (field.type === 'json') return fc.oneof(isNull, ...jsonOperands());
  const value = fc.constantFrom(...operandsOf(entity, field));
  const choices: fc.Arbitrary<Where>[] = [
    isNull,
    fc
      .tuple(fc.constantFrom(...operatorsOf(field)), value)
      .map(([operator, operand]) => ({ [operator]: operand })),
    fc
      .tuple(fc.constantFrom('in', 'notIn'), fc.array(value, { minLength: 1, maxLength: 4 }))
      .map(([operator, operands]) => ({ [operator]: operands })),
  ];
  if (isText(field)) choices.push(...textOperands(value));
  return fc
    .tuple(
      fc.oneof(...choices),
      fc.oneof(
        { weight: 3 * choices.length, arbitrary: fc.constant<Where>({}) },
        ...choices.map((arbitrary) => ({ weight: 1, arbitrary })),
      ),
    )
    .map(([a, b]) => ({ ...a, ...b }));
}

function isText(field: FieldModel): boolean {
  return field.type === 'string' && field.enumMembers === undefined && !field.isPrimaryKey;
}

function operatorsOf(field: FieldModel): readonly string[] {
  const isOrdered =
    !field.isPrimaryKey &&
    !field.isForeignKey &&
    field.enumMembers === undefined &&
    field.type !== 'boolean' &&
    field.type !== 'uuid';
  return isOrdered ? COMPARISONS : ['eq', 'ne'];
}

function textOperands(value: fc.Arbitrary<unknown>): fc.Arbitrary<Where>[] {
  const pattern = fc
    .array(fc.constantFrom('%', '_', '\\%', '\\_', '\\\\', 'a', 'b', 'É', '😀'), { maxLength: 4 })
    .map((parts) => parts.join(''));
  return [
    fc.tuple(fc.constantFrom('like', 'ilike'), pattern).map(([operator, text]) => ({ [operator]: text })),
    fc.tuple(fc.constantFrom(...TEXT_OPERATORS), value).map(([operator, text]) => ({ [operator]: text })),
  ];
}

function jsonOperands(): fc.Arbitrary<Where>[] {
  const value = fc.constantFrom(...JSON_VALUES);
  const ordered = fc.constantFrom<unknown>(1, 1.5, 2, 'a', 'x', '');
  const path = fc.array(fc.constantFrom(...JSON_KEYS), { minLength: 1, maxLength: 3 });
  const operator = fc.oneof(
    fc.tuple(fc.constantFrom('eq', 'ne'), value).map(([name, operand]) => ({ [name]: operand })),
    fc
      .tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), ordered)
      .map(([name, operand]) => ({ [name]: operand })),
    fc.boolean().map((isNull) => ({ isNull })),
  );
  return [
    value.map((contains) => ({ contains })),
    fc.constantFrom(...JSON_KEYS).map((hasKey) => ({ hasKey })),
    fc.tuple(path, operator).map(([steps, condition]) => ({ path: { path: steps, ...condition } })),
  ];
}

export function orderArbitrary(model: AppModel, entity: EntityModel): fc.Arbitrary<OrderBy> {
  return fc.array(orderElement(model, entity, 2), { maxLength: 3 });
}

export function isOrdered(field: FieldModel): boolean {
  return field.type !== 'json' && field.type !== 'file';
}

function orderElement(model: AppModel, entity: EntityModel, depth: number): fc.Arbitrary<Where> {
  const own = fc
    .tuple(fc.constantFrom(...entity.fields.filter(isOrdered)), fc.constantFrom('ASC', 'DESC'))
    .map(([field, direction]): Where => ({ [field.graphqlName]: direction }));
  const links = entity.links.filter((link) => link.kind === 'to_one');
  if (depth === 0 || links.length === 0) return own;
  const through = links.map((link) =>
    orderElement(model, targetOf(model, link), depth - 1).map(
      (inner): Where => ({ [link.graphqlName]: inner }),
    ),
  );
  return fc.oneof(own, ...through);
}
