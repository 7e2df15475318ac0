/** Reads the records that changes name: those of some keys, or page by page all that there are. */
import { RocketError } from '@rocket/schema';
import type { GraphQLError } from 'graphql';
import type { ReadRule } from '../../access/read-rule.ts';
import type { NodeQueries } from '../operation/node-queries.ts';
import { type AskedAt, type AskingParts, type AtLeast, createAsking, type ReadFor } from './ask-graph.ts';

export interface ReadNode {
  readonly key: string;
  readonly version: number;
  /** The answer of each selection of `node`. */
  readonly nodes: readonly unknown[];
  /** What failed below the record, with the number of the selection and the path within it. */
  readonly errors: readonly NodeError[];
  /** It could not be read: nothing is known but the error. */
  readonly isFailed?: boolean;
}

export interface NodeError {
  readonly selection: number;
  readonly path: readonly (string | number)[];
  readonly error: Pick<GraphQLError, 'message' | 'extensions'>;
}

export interface ReadNodes {
  /** By key; the records that are not there for the caller are missing. */
  readonly byKey: ReadonlyMap<string, ReadNode>;
  /** What was read; null where the shards did not tell. */
  readonly rule: ReadRule | null;
}

export interface ReadPage {
  /** In a stable order, each with its cursor. */
  readonly rows: readonly { readonly node: ReadNode; readonly cursor: string }[];
  readonly hasMore: boolean;
  readonly rule: ReadRule | null;
}

/** What the queries of one shape are. */
export interface NodeQuerying extends AskedAt {
  readonly queries: NodeQueries;
  /** GraphQL name of the primary key. */
  readonly primaryKey: string;
  /** Which records the subscription is about, as `where` has it; null for all. */
  readonly where: unknown;
}

export interface PageOf {
  /** The only record; null for all. */
  readonly key: string | null;
  /** Cursor of a row; null begins with the first. */
  readonly after: string | null;
  readonly limit: number;
}

/** Its functions throw a RocketError for a read that has failed as a whole, and GraphReplaced. */
export interface NodeReader {
  /** @param keys at most as many as the entity's pages may have */
  byKey(keys: readonly string[], of: ReadFor, atLeast: AtLeast | null): Promise<ReadNodes>;
  page(page: PageOf, of: ReadFor, atLeast: AtLeast | null): Promise<ReadPage>;
  /** Reads no record, and says what records would be read from. */
  probe(of: ReadFor): Promise<ReadRule | null>;
}

export function createNodeReader(querying: NodeQuerying, parts: AskingParts): NodeReader {
  const { queries, primaryKey, where } = querying;
  const { names } = queries;
  const ask = createAsking(querying, parts);
  const matching = (filter: Readonly<Record<string, unknown>>): unknown => {
    const key = { [primaryKey]: filter };
    return where === null ? key : { AND: [key, where] };
  };
  return {
    async byKey(keys, of, atLeast) {
      const variables = { [names.where]: matching({ in: keys }), [names.limit]: keys.length };
      const { data, errors, rule } = await ask({ query: queries.byKey, variables, of, atLeast });
      return { byKey: readLists(queries, data, errors), rule };
    },
    async page({ key, after, limit }, of, atLeast) {
      const filter = key === null ? where : matching({ eq: key });
      const variables = { [names.limit]: limit, [names.where]: filter, [names.after]: after };
      const { data, errors, rule } = await ask({
        query: queries.pages,
        variables: present(variables),
        of,
        atLeast,
      });
      const { edges, pageInfo } = object(data[names.page]);
      const rows = list(edges).map((edge, at) => {
        const { cursor, ...nodes } = object(edge);
        const node = readNode(
          queries.nodeNames.map((name) => nodes[name]),
          names,
          errors.flatMap((error) =>
            below(error, queries.nodeNames, ([, , index, name, ...path]) =>
              index === at ? { name, path } : null,
            ),
          ),
        );
        return { node, cursor: String(cursor) };
      });
      return { rows, hasMore: object(pageInfo)['hasNextPage'] === true, rule };
    },
    async probe(of) {
      const variables = { [names.where]: matching({ isNull: true }), [names.limit]: 1 };
      return (await ask({ query: queries.byKey, variables, of, atLeast: null })).rule;
    },
  };
}

type Path = readonly (string | number)[];

/** Each list is read for itself: a record can come or go in between, and is not there then. */
function readLists(
  { names, nodeNames }: NodeQueries,
  data: Readonly<Record<string, unknown>>,
  errors: readonly GraphQLError[],
): ReadonlyMap<string, ReadNode> {
  const [first = new Map<string, Listed>(), ...others] = nodeNames.map((name) =>
    byRecordKey(name, list(data[name]), names.key),
  );
  const nodes = [...first].flatMap(([key, record]) => {
    const listed = [record, ...others.flatMap((records) => records.get(key) ?? [])];
    if (listed.length !== nodeNames.length) return [];
    const placeOf = ([name, index, ...path]: Path) =>
      listed.some((each) => each.name === name && each.index === index) ? { name, path } : null;
    const own = errors.flatMap((error) => below(error, nodeNames, placeOf));
    const records = listed.map((each) => each.record);
    return [[key, readNode(records, names, own)] as const];
  });
  return new Map(nodes);
}

/** A record in one of the lists of an answer. */
interface Listed {
  readonly name: string;
  readonly index: number;
  readonly record: unknown;
}

function byRecordKey(name: string, records: readonly unknown[], key: string): ReadonlyMap<string, Listed> {
  return new Map(records.map((record, index) => [String(object(record)[key]), { name, index, record }]));
}

/** The error as one of a record, when its path leads there. */
function below(
  error: GraphQLError,
  nodeNames: readonly string[],
  placeOf: (path: Path) => { readonly name: string | number | undefined; readonly path: Path } | null,
): readonly NodeError[] {
  const place = placeOf(error.path ?? []);
  const selection = place === null ? -1 : nodeNames.indexOf(String(place.name));
  return place === null || selection < 0 ? [] : [{ selection, path: place.path, error }];
}

function readNode(
  records: readonly unknown[],
  { key, version }: NodeQueries['names'],
  errors: readonly NodeError[],
): ReadNode {
  const [first] = records;
  const known = object(first);
  const nodes = records.map((record) => {
    const { [key]: _key, [version]: _version, ...selected } = object(record);
    return selected;
  });
  const versions = records.map((record) => Number(object(record)[version]));
  return { key: String(known[key]), version: Math.min(...versions), nodes, errors };
}

function present(variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== null));
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new RocketError('INTERNAL_ERROR', 'A record of a change was read in another form');
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new RocketError('INTERNAL_ERROR', 'Records of changes were read in another form');
}
