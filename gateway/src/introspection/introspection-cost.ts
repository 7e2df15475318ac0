/**
 * The cost of an introspection query: some lists are as long as the schema has types, and aliases multiply them. The
 * unit is the query that tools send, for the same schema.
 */
import {
  type GraphQLSchema,
  getIntrospectionQuery,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type OwnDefinitions, ownDefinitions } from '../documents/own-definitions.ts';

/** How often one operation may select the whole schema: tools select it once, perhaps with a little more. */
const MAX_WHOLES = 1.5;
/** The limit is at least this for every schema. */
const MIN_LIMIT = 5_000;

/** Lengths of the lists of introspection, by field: of all types together, and of the type with the longest. */
interface Lengths {
  readonly mean: ReadonlyMap<string, number>;
  readonly longest: ReadonlyMap<string, number>;
}

export interface IntrospectionLimit {
  /** True when the operation asks for more than the limit. */
  exceededBy(own: OwnDefinitions): boolean;
}

export function introspectionLimit(schema: GraphQLSchema): IntrospectionLimit {
  const lengths = lengthsOf(schema);
  const query = getIntrospectionQuery({
    inputValueDeprecation: true,
    specifiedByUrl: true,
    schemaDescription: true,
    directiveIsRepeatable: true,
  });
  const whole = ownDefinitions(parse(query), undefined);
  const limit = Math.max(MIN_LIMIT, MAX_WHOLES * (whole === null ? 0 : cost(whole, lengths)));
  return { exceededBy: (own) => cost(own, lengths) > limit };
}

/** Estimated number of values in the answer. Takes linear time, because each fragment is counted once. */
function cost({ operation, fragments }: OwnDefinitions, { mean, longest }: Lengths): number {
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  // Over all types a list has the mean length, but a single type that the caller picks may have the longest.
  const known = { types: new Map<string, number>(), one: new Map<string, number>() };
  const ofFragment = (name: string, under: 'types' | 'one'): number => {
    const before = known[under].get(name);
    if (before !== undefined) return before;
    // One that spreads itself is refused by validation.
    known[under].set(name, 0);
    const fragment = byName.get(name);
    const found = fragment === undefined ? 0 : of(fragment.selectionSet, under);
    known[under].set(name, found);
    return found;
  };
  const of = ({ selections }: SelectionSetNode, under: 'types' | 'one'): number => {
    let total = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) total += of(selection.selectionSet, under);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) total += ofFragment(selection.name.value, under);
      else {
        const name = selection.name.value;
        const length = (under === 'types' ? mean : longest).get(name) ?? 1;
        const inner = selection.selectionSet;
        total += length * (1 + (inner === undefined ? 0 : of(inner, name === 'types' ? 'types' : 'one')));
      }
    }
    return total;
  };
  return of(operation.selectionSet, 'one');
}

function lengthsOf(schema: GraphQLSchema): Lengths {
  const types = Object.values(schema.getTypeMap());
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = withFields.map((type) => Object.values(type.getFields()));
  const lists = {
    fields: fields.map((list) => list.length),
    inputFields: types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length),
    enumValues: types.filter(isEnumType).map((type) => type.getValues().length),
    possibleTypes: types.filter(isAbstractType).map((type) => schema.getPossibleTypes(type).length),
  };
  const always = [
    ['types', types.length],
    ['directives', schema.getDirectives().length],
    // Half of the types that are referred to are wrapped, in a list or as not null, and half of those twice.
    ['ofType', 0.5],
    ['args', mean(fields.flat().map((field) => field.args.length))],
  ] as const;
  const entries = Object.entries(lists);
  return {
    // The mean is over all types, including those of kinds without the list.
    mean: new Map([...always, ...entries.map(([name, list]) => [name, sum(list) / types.length] as const)]),
    longest: new Map([...always, ...entries.map(([name, list]) => [name, Math.max(0, ...list)] as const)]),
  };
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / Math.max(1, numbers.length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
