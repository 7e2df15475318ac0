/**
 * Refuses a condition whose operand is a variable without a value. GraphQL omits such members of an object, so
 * `{status: {eq: ACTIVE}, owner: $owner}` would find the records of every owner. An argument that is such a variable as
 * a whole is allowed: it counts as absent, as if the operation did not name it.
 */
import { badInput, type InputPath } from '@rocket/schema';
import { type FieldNode, Kind, type ValueNode } from 'graphql';

/** Arguments that select records: the fewer conditions they have, the more records they find. */
const FILTERS: ReadonlySet<string> = new Set(['where', 'having']);

/** @throws RocketError `BAD_USER_INPUT` that names the place, e.g. `where.AND[0].name.eq` */
export function refuseForgottenVariables(
  node: FieldNode,
  variableValues: Readonly<Record<string, unknown>>,
): void {
  for (const { name, value } of node.arguments ?? []) {
    if (FILTERS.has(name.value) && value.kind !== Kind.VARIABLE) check(value, variableValues, [name.value]);
  }
}

function check(value: ValueNode, variableValues: Readonly<Record<string, unknown>>, path: InputPath): void {
  switch (value.kind) {
    case Kind.VARIABLE:
      if (variableValues[value.name.value] === undefined)
        throw badInput(path, `has no value: the variable $${value.name.value} is not given`);
      return;
    case Kind.LIST:
      for (const [index, item] of value.values.entries()) {
        check(item, variableValues, [...path, String(index)]);
      }
      return;
    case Kind.OBJECT:
      for (const field of value.fields) check(field.value, variableValues, [...path, field.name.value]);
      return;
    default:
      return;
  }
}
