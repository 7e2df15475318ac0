/** Plans the root fields of an entity. */
import { type EntityModel, type Filter, keyValue, operandValue, RocketError } from '@rocket/schema';
import { queryShape } from '../advice/query-shape.ts';
import type { NodeModel, QueryField } from './node-model.ts';
import { listPage, rowSource } from './page-arguments.ts';
import { assigneeOf, pendingFilter } from './pending-approvals.ts';
import type { Place } from './place.ts';
import { planAggregate, planGroupBy } from './plan-aggregate.ts';
import { planConnection } from './plan-connection.ts';
import type { PlanContext } from './plan-context.ts';
import { planRecord } from './plan-record.ts';
import type { ReadPlan } from './read-plan.ts';
import type { Arguments } from './selection.ts';

export interface RootOf {
  readonly args: Arguments;
  readonly place: Place;
}

/** @returns null when the arguments cannot find anything, such as a text that cannot be a key of this entity */
export function planRoot(context: PlanContext, { kind, node }: QueryField, of: RootOf): ReadPlan | null {
  const { args, place } = of;
  const { entity } = node;
  switch (kind) {
    case 'one':
      return planByKey(context, node, { ...of, filter: idFilter(node, args[entity.primaryKey.graphqlName]) });
    case 'byKey':
      return planByKey(context, node, { ...of, filter: keyFilter(node, args['key']) });
    case 'many':
      return planList(context, node, of);
    case 'pending':
      return planList(context, node, { ...of, only: pendingOf(context, entity, args) });
    case 'connection':
      return planPages(context, node, of);
    case 'pendingConnection':
      return planPages(context, node, { ...of, only: pendingOf(context, entity, args) });
    case 'aggregate': {
      const source = rowSource(context, entity, args);
      context.onQuery(queryShape(source, { link: null, order: [] }));
      return { kind: 'aggregate', aggregate: planAggregate(context, source, place) };
    }
    case 'groupBy':
      return { kind: 'groupBy', groupBy: planGroupBy(context, { entity, args, place }) };
    default:
      return kind satisfies never;
  }
}

type ListAt = RootOf & { readonly only?: Filter };

function planList(context: PlanContext, node: NodeModel, { place, ...of }: ListAt): ReadPlan {
  const page = listPage(context, { entity: node.entity, link: null, ...of });
  return { kind: 'list', list: { page, record: planRecord(context, node, place) } };
}

function planPages(context: PlanContext, node: NodeModel, of: ListAt): ReadPlan {
  const list = { entity: node.entity, link: null, ...of, planRecord };
  return { kind: 'connection', connection: planConnection(context, node, list) };
}

function pendingOf({ caller }: PlanContext, approval: EntityModel, args: Arguments): Filter {
  return pendingFilter(approval, assigneeOf(args['assignee']), caller);
}

/** One record, if the caller may see it. */
export function planByKey(
  context: PlanContext,
  node: NodeModel,
  of: RootOf & { readonly filter: Filter | null },
): ReadPlan | null {
  const source = rowSource(context, node.entity, of.args);
  const record = planRecord(context, node, of.place);
  return of.filter === null ? null : { kind: 'record', source: { ...source, where: of.filter }, record };
}

/** Null for a text that cannot be a key. */
export function idFilter({ entity }: NodeModel, id: unknown): Filter | null {
  const value = keyValue(entity.primaryKey, id);
  return value === null ? null : { kind: 'compare', field: entity.primaryKey, operator: 'eq', value };
}

/** Null when the value cannot be a key. @throws RocketError `BAD_USER_INPUT` unless exactly one key is given. */
function keyFilter({ entity }: NodeModel, key: unknown): Filter | null {
  const entries = key !== null && typeof key === 'object' ? Object.entries(key) : [];
  const [entry] = entries;
  const field = entry === undefined ? undefined : entity.fieldByGraphqlName.get(entry[0]);
  if (entries.length !== 1 || entry === undefined || field === undefined || entry[1] === null) {
    throw new RocketError('BAD_USER_INPUT', 'key must name exactly one unique field, with a value', {
      details: { path: ['key'] },
    });
  }
  const [name, given] = entry;
  if (field.isPrimaryKey || field.isForeignKey) {
    const value = keyValue(field, given);
    return value === null ? null : { kind: 'compare', field, operator: 'eq', value };
  }
  return { kind: 'compare', field, operator: 'eq', value: operandValue(field, given, ['key', name]) };
}
