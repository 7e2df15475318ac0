/** Checks the arguments of lists and connections and turns them into a window. */
import {
  type EntityModel,
  type Filter,
  forbidden,
  type LinkModel,
  MATCH_ALL,
  MAX_OFFSET,
  parseDistinctOn,
  parseOrderBy,
  parseWhere,
  RocketError,
  type SortKey,
} from '@rocket/schema';
import { queryShape } from '../advice/query-shape.ts';
import { decodeCursor } from './cursor.ts';
import type { PlanContext } from './plan-context.ts';
import type { PagePlan, RowSource } from './read-plan.ts';
import type { Arguments } from './selection.ts';

/** What a list contains: records of an entity, at the root or through a link. */
export interface ListOf {
  readonly entity: EntityModel;
  readonly link: LinkModel | null;
  readonly args: Arguments;
  /** Which of them the list is of, whatever the arguments ask for; all when absent. */
  readonly only?: Filter;
}

/**
 * `where` and `withDeleted`.
 * @throws RocketError `BAD_USER_INPUT`, `FORBIDDEN`, or `UNAUTHENTICATED` for an anonymous caller
 */
export function rowSource(context: PlanContext, entity: EntityModel, args: Arguments): RowSource {
  const access = context.filters.readable(entity);
  if (access === 'forbidden') throw forbidden(context.caller, `read ${entity.name}`);
  const where = args['where'];
  return {
    entity,
    access,
    withDeleted: withDeleted(context, entity, args),
    where: where === undefined ? MATCH_ALL : parseWhere(where, entity, context.filters),
  };
}

function sourceOf(context: PlanContext, { entity, args, only }: ListOf): RowSource {
  const source = rowSource(context, entity, args);
  return only === undefined ? source : { ...source, where: { kind: 'all', filters: [only, source.where] } };
}

/** `where`, `orderBy`, `distinctOn`, `limit`, `offset`. @throws as {@link rowSource} */
export function listPage(context: PlanContext, of: ListOf): PagePlan {
  const { entity, args } = of;
  const source = sourceOf(context, of);
  const order = orderOf(context, of);
  context.onQuery(queryShape(source, { link: of.link, order }));
  return {
    source,
    order,
    distinctOn: args['distinctOn'] === undefined ? [] : parseDistinctOn(args['distinctOn'], entity),
    limit: count(args, 'limit', { largest: entity.maxPageSize }) ?? entity.maxPageSize,
    offset: count(args, 'offset', { largest: MAX_OFFSET }) ?? 0,
    after: null,
    before: null,
    reversed: false,
  };
}

/** `where`, `orderBy`, `first/after/last/before`; the limit is one above the page size. @throws also `BAD_CURSOR` */
export function connectionPage(context: PlanContext, of: ListOf): { page: PagePlan; pageSize: number } {
  const { entity, args } = of;
  const first = count(args, 'first', { largest: entity.maxPageSize });
  const last = count(args, 'last', { largest: entity.maxPageSize });
  if (first !== null && last !== null) throw bad('first', 'cannot be combined with last');
  const order = orderOf(context, of);
  const pageSize = last ?? first ?? entity.maxPageSize;
  const position = (name: 'after' | 'before') => {
    const cursor = args[name];
    if (typeof cursor !== 'string') return null;
    context.failures.hasCursor = true;
    return decodeCursor(entity, order, cursor);
  };
  const source = sourceOf(context, of);
  context.onQuery(queryShape(source, { link: of.link, order }));
  const page: PagePlan = {
    source,
    order,
    distinctOn: [],
    limit: pageSize + 1,
    offset: 0,
    after: position('after'),
    before: position('before'),
    reversed: last !== null,
  };
  return { page, pageSize };
}

/** The caller's order, else that of the relation, else the order by key. */
function orderOf(context: PlanContext, { entity, link, args }: ListOf): readonly SortKey[] {
  const orderBy = args['orderBy'];
  const declared = link?.kind === 'to_many' ? link.defaultOrder : [];
  if (orderBy !== undefined) return parseOrderBy(orderBy, entity, context.filters);
  if (declared.length === 0) return parseOrderBy(undefined, entity, context.filters);
  const elements = declared.map(({ field, descending }) => ({
    [field.graphqlName]: descending ? 'DESC' : 'ASC',
  }));
  return parseOrderBy(elements, entity, context.filters);
}

function withDeleted(context: PlanContext, entity: EntityModel, args: Arguments): boolean {
  if (args['withDeleted'] !== true || !entity.softDelete) return false;
  if (context.caller.isAdmin) return true;
  throw forbidden(context.caller, `see deleted records of ${entity.name}: withDeleted is for admins`);
}

function count(args: Arguments, name: string, bounds: { largest: number }): number | null {
  const value = args[name];
  if (value === undefined) return null;
  if (typeof value !== 'number' || value < 0) throw bad(name, 'may not be negative');
  if (value > bounds.largest) throw bad(name, `may be at most ${bounds.largest}`);
  return value;
}

function bad(argument: string, what: string): RocketError {
  return new RocketError('BAD_USER_INPUT', `${argument} ${what}`, { details: { path: [argument] } });
}
