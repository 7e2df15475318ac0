/** Plans the objects of an answer that are records. Permissions are decided here: a forbidden field never reaches SQL. */
import { MATCH_ALL, RocketError } from '@rocket/schema';
import { GraphQLError, type GraphQLObjectType, type SelectionSetNode } from 'graphql';
import type { NodeField, NodeModel } from './node-model.ts';
import { listPage, rowSource } from './page-arguments.ts';
import { planAggregate } from './plan-aggregate.ts';
import { planConnection } from './plan-connection.ts';
import type { PlanContext, PlanPath } from './plan-context.ts';
import { queryShape } from './query-shape.ts';
import type { FilePart, RecordField, RecordPlan } from './read-plan.ts';
import { argumentsOf, fieldType, type SelectedField, selectedFields, subselections } from './selection.ts';

/** A place in the operation: object type, the selection sets that apply to it, and the way to it. */
export interface Place {
  readonly type: GraphQLObjectType;
  readonly selectionSets: readonly (SelectionSetNode | undefined)[];
  readonly path: PlanPath;
}

/** The place of a field's value. */
export function placeBelow(place: Place, field: SelectedField): Place {
  return {
    type: fieldType(place.type, field),
    selectionSets: subselections(field),
    path: [...place.path, field.responseKey],
  };
}

export function planRecord(context: PlanContext, node: NodeModel, place: Place): RecordPlan {
  const fields = selectedFields(context.scope, place.type, place.selectionSets).map((selected) =>
    orFailure(context, [...place.path, selected.responseKey], () =>
      planField(context, node, { selected, place }),
    ),
  );
  return { entity: node.entity, fields };
}

/** `__typename` of an object, which the schema knows before any record is read. */
export function typenameJson(type: GraphQLObjectType): string {
  return JSON.stringify(type.name);
}

/**
 * Errors that name a caller's mistake fail this field alone; anything else is ours and fails the request. Wrong
 * variables are found here by the same code of graphql-js that tells the caller.
 */
export function orFailure<T extends { readonly key: string }>(
  context: PlanContext,
  path: PlanPath,
  plan: () => T,
): T | { readonly key: string; readonly kind: 'constant'; readonly json: string } {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof RocketError || error instanceof GraphQLError)) throw error;
    context.failures.add(path, error);
    return { key: path.at(-1) ?? '', kind: 'constant', json: 'null' };
  }
}

interface At {
  readonly selected: SelectedField;
  readonly place: Place;
}

function planField(context: PlanContext, node: NodeModel, at: At): RecordField {
  const key = at.selected.responseKey;
  if (at.selected.name === '__typename') return { key, kind: 'constant', json: typenameJson(at.place.type) };
  const field = node.fields.get(at.selected.name);
  if (field === undefined) throw new TypeError(`${at.place.type.name} has no field ${at.selected.name}`);
  switch (field.kind) {
    case 'version':
      return { key, kind: 'version' };
    case 'column':
      return field.field.type === 'file'
        ? { key, kind: 'file', app: node.entity.app, field: field.field, parts: fileParts(context, at) }
        : { key, kind: 'column', field: field.field };
    case 'link':
    case 'connection':
    case 'aggregate':
      return planLink(context, field, at);
    default:
      return field satisfies never;
  }
}

function planLink(
  context: PlanContext,
  { kind, link }: Extract<NodeField, { readonly link: unknown }>,
  at: At,
): RecordField {
  const key = at.selected.responseKey;
  const place = placeBelow(at.place, at.selected);
  const target = context.index.lookup(link.target);
  if (target === undefined) throw new TypeError(`Relation ${link.relation} leads out of the graph`);
  if (!target.owned) return { key, kind: 'reference', link, record: planRecord(context, target, place) };
  const args = argumentsOf(context.scope, at.place.type, at.selected);
  const of = { entity: target.entity, link, args };
  if (kind === 'connection') {
    return { key, kind: 'connection', link, connection: planConnection(context, target, { ...of, place }) };
  }
  if (kind === 'aggregate') {
    const source = rowSource(context, target.entity, args);
    context.onQuery(queryShape(source, { link, order: [] }));
    return { key, kind: 'aggregate', link, aggregate: planAggregate(context, source, place) };
  }
  if (link.kind === 'to_one' || link.kind === 'has_one') {
    const source = { ...rowSource(context, target.entity, args), where: MATCH_ALL };
    return { key, kind: 'record', link, source, record: planRecord(context, target, place) };
  }
  const page = listPage(context, of);
  return { key, kind: 'list', link, list: { page, record: planRecord(context, target, place) } };
}

const FILE_PARTS: ReadonlySet<string> = new Set(['id', 'filename', 'size', 'mimeType', 'url']);

function isFilePart(name: string): name is Exclude<FilePart['kind'], 'constant'> {
  return FILE_PARTS.has(name);
}

function fileParts(context: PlanContext, at: At): readonly FilePart[] {
  const place = placeBelow(at.place, at.selected);
  return selectedFields(context.scope, place.type, place.selectionSets).map(({ responseKey: key, name }) => {
    if (name === '__typename') return { key, kind: 'constant', json: typenameJson(place.type) };
    if (!isFilePart(name)) throw new TypeError(`File has no field ${name}`);
    return { key, kind: name };
  });
}
