/**
 * The scalars of the generated API. Values travel through the engine as text wherever JavaScript would round or shift
 * them, so serialising is the identity: the database layer has put them into their final form.
 */
import { RocketError } from '@rocket/schema';
import { GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSON, GraphQLLocalDate, GraphQLUUID } from 'graphql-scalars';
import { dateText, timestampText } from '../write/input-time.ts';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const INTEGER = /^[+-]?\d{1,19}$/;
const BIGINT_MAX = 9_223_372_036_854_775_807n;
const MAX_DECIMAL_LENGTH = 200;

function textScalar(name: string, parse: (value: unknown) => string): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node) => parse(literalText(node, name)),
  });
}

/** Number literals are taken by their text, since converting them to a number is what loses digits. */
function literalText(node: ValueNode, name: string): unknown {
  if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT) return node.value;
  throw new RocketError('BAD_USER_INPUT', `${name} cannot be given as ${node.kind}`);
}

function bigint(value: unknown): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !INTEGER.test(text)) throw bad('BigInt', 'whole number, given as text');
  const exact = BigInt(text);
  if (exact > BIGINT_MAX || exact < -BIGINT_MAX - 1n) throw bad('BigInt', 'number of 64 bits');
  return exact.toString();
}

function decimal(value: unknown): string {
  const text = typeof value === 'number' && Number.isFinite(value) ? plainNumber(value) : value;
  if (typeof text === 'string' && text.length <= MAX_DECIMAL_LENGTH && DECIMAL.test(text)) return text;
  throw bad('Decimal', 'decimal number, given as text');
}

/** `1e21` and `1e-7` are how JavaScript prints; written out they are exact, but no caller means them. */
function plainNumber(value: number): string {
  const text = String(value);
  if (/e/i.test(text)) throw bad('Decimal', 'plain decimal number, given as text');
  return text;
}

function dateTime(value: unknown): string {
  const parsed: unknown = GraphQLDateTimeISO.parseValue(value);
  const isInstant = parsed instanceof Date && !Number.isNaN(parsed.getTime());
  // Years before 1 and after 9999 have other spellings, which Postgres does not read.
  const text = isInstant ? timestampText(parsed.toISOString()) : null;
  if (text !== null) return text;
  throw bad('DateTime', 'instant such as 2026-01-31T12:00:00Z');
}

function calendarDate(value: unknown): string {
  const parsed = dateText(GraphQLLocalDate.parseValue(value));
  if (parsed !== null) return parsed;
  throw bad('Date', 'calendar date such as 2026-01-31');
}

function uuid(value: unknown): string {
  const parsed: unknown = GraphQLUUID.parseValue(value);
  if (typeof parsed === 'string') return parsed.toLowerCase();
  throw bad('UUID', 'UUID');
}

function bad(scalar: string, expected: string): RocketError {
  return new RocketError('BAD_USER_INPUT', `${scalar} must be a ${expected}`);
}

/** By GraphQL name, as the executable schema wants them. */
export const SCALARS: Readonly<Record<string, GraphQLScalarType>> = {
  BigInt: textScalar('BigInt', bigint),
  Decimal: textScalar('Decimal', decimal),
  DateTime: textScalar('DateTime', dateTime),
  Date: textScalar('Date', calendarDate),
  UUID: textScalar('UUID', uuid),
  JSON: new GraphQLScalarType({
    name: 'JSON',
    serialize: (value) => value,
    parseValue: (value) => GraphQLJSON.parseValue(value),
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  }),
};
