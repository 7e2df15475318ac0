/**
 * Plans the objects of an answer that are records. Permissions are decided here: a forbidden field never reaches SQL.
 */
import { MATCH_ALL } from '@rocket/schema';
import { queryShape } from '../advice/query-shape.ts';
import type { NodeField, NodeModel } from './node-model.ts';
import { listPage, rowSource } from './page-arguments.ts';
import { orFailure, type Place, placeBelow, typenameJson } from './place.ts';
import { planAggregate } from './plan-aggregate.ts';
import { planConnection } from './plan-connection.ts';
import type { PlanContext } from './plan-context.ts';
import type { FilePart, RecordField, RecordPlan, TransitionsPlan } from './read-plan.ts';
import { argumentsOf, type SelectedField, selectedFields } from './selection.ts';

export function planRecord(context: PlanContext, node: NodeModel, place: Place): RecordPlan {
  const selection = selectedFields(context.scope, place.type, place.selectionSets);
  const known = FLAT_RECORDS.get(selection);
  if (known !== undefined) return known;
  const fields = selection.map((selected) =>
    orFailure(context, [...place.path, selected.responseKey], () =>
      planField(context, node, { selected, place }),
    ),
  );
  const plan = { entity: node.entity, fields };
  if (fields.every(isFlat)) FLAT_RECORDS.set(selection, plan);
  return plan;
}

/**
 * Plans of records that only have columns are the same for every caller and every variable. They are kept with the
 * remembered selection, and with them the SQL that was made from them.
 */
const FLAT_RECORDS = new WeakMap<readonly SelectedField[], RecordPlan>();

function isFlat({ kind }: RecordField): boolean {
  return kind === 'column' || kind === 'version' || kind === 'file';
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
    case 'transitions':
      return planTransitions(context, node, { machine: field.machine, at });
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
    return {
      key,
      kind: 'connection',
      link,
      connection: planConnection(context, target, { ...of, place, planRecord }),
    };
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

const TRANSITION_PARTS = ['to', 'allowed', 'reason'] as const;

function planTransitions(
  context: PlanContext,
  { entity }: NodeModel,
  { machine, at }: { readonly machine: TransitionsPlan['machine']; readonly at: At },
): RecordField {
  const { type, selectionSets } = placeBelow(at.place, at.selected);
  const fields = selectedFields(context.scope, type, selectionSets).map(({ responseKey: key, name }) => {
    if (name === '__typename') return { key, kind: 'constant' as const, constant: type.name };
    const kind = TRANSITION_PARTS.find((part) => part === name);
    if (kind === undefined) throw new TypeError(`${type.name} has no field ${name}`);
    return { key, kind };
  });
  const plan = { entity, machine, fields };
  const place = context.transitions.push(plan) - 1;
  return { key: at.selected.responseKey, kind: 'transitions', plan, place };
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
