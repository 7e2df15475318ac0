import { isPlainInteger, isRawNumber, numberText } from '@rocket/schema';
import { type GraphQLLeafType, isEnumType } from 'graphql';

/** True when a subgraph's value is valid for the type. Values of custom scalars are not checked. */
export function isValidLeaf(value: unknown, type: GraphQLLeafType): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  switch (type.name) {
    case 'Boolean':
      return typeof value === 'boolean';
    case 'String':
      return typeof value === 'string';
    case 'Float':
      return isNumber(value);
    case 'Int':
      return isInteger(value);
    case 'ID':
      return typeof value === 'string' || isInteger(value);
    default:
      return true;
  }
}

function isNumber(value: unknown): boolean {
  return isRawNumber(value) || (typeof value === 'number' && Number.isFinite(value));
}

function isInteger(value: unknown): boolean {
  return isNumber(value) && isPlainInteger(numberText(value) ?? '');
}
