/** Builds the level plan of a selection. Permissions are decided here: a forbidden field never reaches SQL. */
import {
  type Caller,
  type EntityModel,
  type FieldModel,
  type Filter,
  type LinkModel,
  RocketError,
} from '@rocket/schema';
import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { ConnectionPlan, ConnectionView, LevelPlan, LinkPlan, LinkShape } from './level-plan.ts';
import type { NodeLookup, NodeModel } from './node-model.ts';
import { connectionPage, listPage } from './page-arguments.ts';
import { fieldType, type OperationScope, type SelectedField, selectedFields } from './selection.ts';

/** What planning needs to know besides the selection. */
export interface PlanContext {
  readonly scope: OperationScope;
  readonly lookup: NodeLookup;
  readonly caller: Caller;
  /** Records of an entity that the caller may read, or `forbidden`. */
  readonly readable: (entity: EntityModel) => Filter | 'forbidden';
}

/** A place in the operation: object type and the field nodes whose selections apply to it. */
export interface Place {
  readonly type: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
}

/** @throws RocketError `FORBIDDEN`, or `UNAUTHENTICATED` for an anonymous caller, when no policy lets him read the entity. */
export function planLevel(context: PlanContext, node: NodeModel, place: Place): LevelPlan {
  return buildLevel(context, node, { place, access: accessTo(context, node) });
}

/** Only what hangs on records whose keys are already known: used for stubs of other apps' records. */
export function planLinks(context: PlanContext, node: NodeModel, place: Place): readonly LinkPlan[] {
  return selectedFields(context.scope, place.type, place.nodes).flatMap((selected) => {
    const shape = linkPlan(context, node, { selected, place });
    return shape === null ? [] : [shape];
  });
}

export function planConnection(
  context: PlanContext,
  node: NodeModel,
  at: { place: Place; args: Readonly<Record<string, unknown>> },
): ConnectionPlan {
  const { page, pageSize } = connectionPage(node.entity, at.args);
  const fields = selectedFields(context.scope, at.place.type, at.place.nodes);
  const views = fields.flatMap((field) => connectionViews(context, node, { field, type: at.place.type }));
  return {
    entity: node.entity,
    access: accessTo(context, node),
    page,
    pageSize,
    views,
    wantsRows: fields.some((field) => field.name !== 'totalCount'),
    wantsTotal: fields.some((field) => field.name === 'totalCount'),
  };
}

export function accessTo(context: PlanContext, node: NodeModel): Filter {
  const access = context.readable(node.entity);
  if (access !== 'forbidden') return access;
  throw forbidden(context.caller, `read ${node.entity.name}`);
}

/** The error for what no policy allows: a caller who did not sign in is asked to, before he is turned away. */
export function forbidden(caller: Caller, action: string): RocketError {
  return caller.userId === null
    ? new RocketError('UNAUTHENTICATED', `Sign in to ${action}`)
    : new RocketError('FORBIDDEN', `You may not ${action}`);
}

function buildLevel(context: PlanContext, node: NodeModel, of: { place: Place; access: Filter }): LevelPlan {
  const columns = new Set<FieldModel>([node.entity.primaryKey]);
  const links: LinkPlan[] = [];
  let withVersion = false;
  for (const selected of selectedFields(context.scope, of.place.type, of.place.nodes)) {
    const field = node.fields.get(selected.name);
    if (field?.kind === 'column') columns.add(field.field);
    if (field?.kind === 'version') withVersion = true;
    const plan = linkPlan(context, node, { selected, place: of.place });
    if (plan === null) continue;
    links.push(plan);
    columns.add(plan.localField);
  }
  return { entity: node.entity, columns: [...columns], withVersion, access: of.access, links };
}

function columnOf(entity: EntityModel, link: LinkModel): FieldModel {
  const field = entity.fieldByName.get(link.localField);
  if (field === undefined) throw new TypeError(`${entity.name} has no field ${link.localField}`);
  return field;
}

function linkPlan(
  context: PlanContext,
  node: NodeModel,
  at: { selected: SelectedField; place: Place },
): LinkPlan | null {
  const field = node.fields.get(at.selected.name);
  if (field === undefined || field.kind === 'column' || field.kind === 'version') return null;
  const shape = shapeOrFailure(() => linkShape(context, field, at));
  return {
    responseKey: at.selected.responseKey,
    link: field.link,
    localField: columnOf(node.entity, field.link),
    shape,
  };
}

/** Errors that name a caller's mistake fail this field alone; anything else is ours and fails the request. */
function shapeOrFailure(build: () => LinkShape): LinkShape {
  try {
    return build();
  } catch (error) {
    if (error instanceof RocketError) return { kind: 'failure', error };
    throw error;
  }
}

function linkShape(
  context: PlanContext,
  field: { readonly kind: 'link' | 'connection'; readonly link: LinkModel },
  at: { selected: SelectedField; place: Place },
): LinkShape {
  const target = context.lookup(field.link.target);
  if (target === undefined || !target.owned) return { kind: 'reference' };
  const place: Place = { type: fieldType(at.place.type, at.selected), nodes: at.selected.nodes };
  if (field.kind === 'connection') {
    return {
      kind: 'connection',
      connection: planConnection(context, target, { place, args: at.selected.arguments }),
    };
  }
  const level = planLevel(context, target, place);
  if (field.link.kind === 'to_one' || field.link.kind === 'has_one') return { kind: 'record', level };
  return { kind: 'list', level, page: listPage(target.entity, at.selected.arguments) };
}

function connectionViews(
  context: PlanContext,
  node: NodeModel,
  at: { field: SelectedField; type: GraphQLObjectType },
): ConnectionView[] {
  const { field, type } = at;
  if (field.name === 'nodes') {
    const place = { type: fieldType(type, field), nodes: field.nodes };
    return [{ path: field.responseKey, level: planLevel(context, node, place) }];
  }
  if (field.name !== 'edges') return [];
  const edge = fieldType(type, field);
  return selectedFields(context.scope, edge, field.nodes)
    .filter((selected) => selected.name === 'node')
    .map((selected) => ({
      path: `${field.responseKey}.${selected.responseKey}`,
      level: planLevel(context, node, { type: fieldType(edge, selected), nodes: selected.nodes }),
    }));
}
