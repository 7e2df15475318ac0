/** Root fields of reading. */
import { type EntityNames, type Filter, keyValue, RocketError } from '@rocket/schema';
import { type GraphQLResolveInfo, getNamedType, isObjectType } from 'graphql';
import type { PagePlan } from '../read/level-plan.ts';
import { loadByKeys, loadConnection, loadPage } from '../read/load-level.ts';
import type { NodeLookup, NodeModel } from '../read/node-model.ts';
import { listPage } from '../read/page-arguments.ts';
import { type Place, planConnection, planLevel } from '../read/plan-level.ts';
import type { LoadedRecord } from '../read/record.ts';
import { planContext, type RequestContext } from './request-context.ts';

type Arguments = Readonly<Record<string, unknown>>;
export type RootResolver = (
  source: unknown,
  args: Arguments,
  context: RequestContext,
  info: GraphQLResolveInfo,
) => unknown;

/** Place of the field that `info` belongs to. */
export function placeOf(info: GraphQLResolveInfo): Place {
  const type = getNamedType(info.returnType);
  if (!isObjectType(type)) throw new TypeError(`${info.fieldName} does not return an object type`);
  return { type, nodes: info.fieldNodes };
}

export function queryResolvers(
  node: NodeModel,
  names: EntityNames,
  lookup: NodeLookup,
): Record<string, RootResolver> {
  const { entity } = node;
  return {
    [names.one]: (_source, args, context, info) =>
      loadOne(context, { node, lookup, info, id: args[entity.primaryKey.graphqlName] }),
    [names.byKey]: (_source, args, context, info) => {
      const level = planLevel(planContext(context, lookup, info), node, placeOf(info));
      const where = keyFilter(node, args['key']);
      if (where === null) return null;
      return loadPage(context.database, level, onePage(node, where)).then(([record]) => record ?? null);
    },
    [names.many]: (_source, args, context, info) => {
      const level = planLevel(planContext(context, lookup, info), node, placeOf(info));
      return loadPage(context.database, level, listPage(entity, args));
    },
    [names.connection]: (_source, args, context, info) => {
      const plan = planConnection(planContext(context, lookup, info), node, { place: placeOf(info), args });
      return loadConnection(context.database, plan);
    },
  };
}

/** One record by its key, as far as the caller may see it. A text that cannot be a key is no record. */
export async function loadOne(
  context: RequestContext,
  of: { node: NodeModel; lookup: NodeLookup; info: GraphQLResolveInfo; id: unknown; place?: Place },
): Promise<LoadedRecord | null> {
  const level = planLevel(planContext(context, of.lookup, of.info), of.node, of.place ?? placeOf(of.info));
  const field = of.node.entity.primaryKey;
  const key = keyValue(field, of.id);
  if (key === null) return null;
  const found = await loadByKeys(context.database, level, { field, keys: [key] });
  return found.get(key) ?? null;
}

/** Null when the value cannot be a key. @throws RocketError `BAD_USER_INPUT` unless exactly one key is given. */
function keyFilter(node: NodeModel, key: unknown): Filter | null {
  const entries = key !== null && typeof key === 'object' ? Object.entries(key) : [];
  const [entry] = entries;
  const field = entry === undefined ? undefined : node.entity.fieldByGraphqlName.get(entry[0]);
  if (entries.length !== 1 || entry === undefined || field === undefined || entry[1] === null) {
    throw new RocketError('BAD_USER_INPUT', 'key must name exactly one unique field, with a value', {
      details: { path: ['key'] },
    });
  }
  const [, given] = entry;
  const value = field.isPrimaryKey || field.isForeignKey ? keyValue(field, given) : given;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  if (typeof value === 'string' && value.includes('\0')) return null;
  return { kind: 'compare', field, operator: 'eq', value };
}

function onePage(node: NodeModel, where: Filter): PagePlan {
  return {
    where,
    order: [{ field: node.entity.primaryKey, descending: false }],
    limit: 1,
    offset: 0,
    after: null,
    before: null,
    reversed: false,
  };
}
