/** List and connection arguments, checked, as a window. */
import { type EntityModel, MATCH_ALL, parseOrderBy, parseWhere, RocketError } from '@rocket/schema';
import { decodeCursor } from './cursor.ts';
import type { PagePlan } from './level-plan.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Offsets beyond this make Postgres read and drop too much; connections page without that cost. */
const MAX_OFFSET = 100_000;

/** `where`, `orderBy`, `limit`, `offset`. @throws RocketError `BAD_USER_INPUT` */
export function listPage(entity: EntityModel, args: Arguments): PagePlan {
  return {
    where: whereOf(entity, args),
    order: parseOrderBy(args['orderBy'], entity),
    limit: count(args, 'limit', { largest: entity.maxPageSize }) ?? entity.maxPageSize,
    offset: count(args, 'offset', { largest: MAX_OFFSET }) ?? 0,
    after: null,
    before: null,
    reversed: false,
  };
}

/** `where`, `orderBy`, `first/after/last/before`; the limit is one above the page size. @throws RocketError `BAD_USER_INPUT`, `BAD_CURSOR` */
export function connectionPage(entity: EntityModel, args: Arguments): { page: PagePlan; pageSize: number } {
  const first = count(args, 'first', { largest: entity.maxPageSize });
  const last = count(args, 'last', { largest: entity.maxPageSize });
  if (first !== null && last !== null) throw bad('first', 'cannot be combined with last');
  const order = parseOrderBy(args['orderBy'], entity);
  const pageSize = last ?? first ?? entity.maxPageSize;
  const position = (name: 'after' | 'before') => {
    const cursor = args[name];
    return typeof cursor === 'string' ? decodeCursor(entity, order, cursor) : null;
  };
  return {
    pageSize,
    page: {
      where: whereOf(entity, args),
      order,
      limit: pageSize + 1,
      offset: 0,
      after: position('after'),
      before: position('before'),
      reversed: last !== null,
    },
  };
}

function whereOf(entity: EntityModel, args: Arguments) {
  const where = args['where'];
  if (where === null) throw bad('where', 'may not be null; leave it out to get all');
  return where === undefined ? MATCH_ALL : parseWhere(where, entity);
}

function count(args: Arguments, name: string, bounds: { largest: number }): number | null {
  const value = args[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || value < 0) throw bad(name, 'may not be negative');
  if (value > bounds.largest) throw bad(name, `may be at most ${bounds.largest}`);
  return value;
}

function bad(argument: string, what: string): RocketError {
  return new RocketError('BAD_USER_INPUT', `${argument} ${what}`, { details: { path: [argument] } });
}
