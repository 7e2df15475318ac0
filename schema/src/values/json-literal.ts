import { Kind, type ValueNode, type VariableNode } from 'graphql';
import { isExactNumber, rawNumber } from './exact-json.ts';

/**
 * A literal of GraphQL as `parseJson` would read it. A variable without a value is omitted from an object, and null in
 * a list. @param variableValue undefined for a variable that was not given
 */
export function jsonLiteral(node: ValueNode, variableValue: (variable: VariableNode) => unknown): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      // A number of GraphQL is also a number of JSON.
      return isExactNumber(node.value) ? Number(node.value) : rawNumber(node.value);
    case Kind.LIST:
      return node.values.map((value) => jsonLiteral(value, variableValue) ?? null);
    case Kind.OBJECT: {
      const members: Record<string, unknown> = Object.create(null);
      for (const { name, value } of node.fields) {
        const member = jsonLiteral(value, variableValue);
        if (member !== undefined) members[name.value] = member;
      }
      return members;
    }
    case Kind.VARIABLE:
      return variableValue(node);
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    default:
      return node satisfies never;
  }
}
