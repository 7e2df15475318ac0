/** What a workflow may name. */

import { changesShape } from '../../behaviour/behaviour-scope.ts';
import {
  ANY_SHAPE,
  type ExpressionScope,
  type ExpressionShape,
  type ObjectShape,
  recordShape,
} from '../../expressions/expression-shape.ts';
import type { AppName } from '../../ids.ts';
import type { EntityModel } from '../../model/app-model.ts';
import type { ValuePath } from '../workflow-model.ts';

export type WorkflowEntity = Pick<EntityModel, 'name' | 'fieldByName' | 'links'>;

/** An `AppModel` is one. */
export interface WorkflowScope {
  readonly app: AppName;
  readonly entities: ReadonlyMap<string, WorkflowEntity>;
  /** Entities that are named, but cannot be read: whoever names them is not told a second time. */
  readonly unusableEntities?: ReadonlySet<string>;
}

const USER: ExpressionShape = {
  kind: 'object',
  member: 'property of the user',
  members: new Map([['id', 'string']]),
};

/** Variables of a condition on a change of an entity's record. */
export function changeVariables({ fieldByName }: WorkflowEntity): ExpressionScope {
  const record = recordShape(fieldByName.values());
  return new Map<string, ExpressionShape>([
    ['record', record],
    ['old', record],
    ['action', 'string'],
    ['user', USER],
    ['changes', changesShape(fieldByName.values())],
    ['now', 'timestamp'],
  ]);
}

/** Variables of a condition on an event. */
export const EVENT_VARIABLES: ExpressionScope = new Map<string, ExpressionShape>([
  ['payload', ANY_SHAPE],
  ['event', 'string'],
  ['now', 'timestamp'],
]);

/** `trigger`, as steps see it. Without an entity it has no record. */
export function triggerShape(entity: WorkflowEntity | undefined): ObjectShape {
  const record = entity === undefined ? undefined : recordShape(entity.fieldByName.values());
  const members = new Map<string, ExpressionShape>([
    ['kind', 'string'],
    ['entity', 'string'],
    ['record_id', 'string'],
    ...(record === undefined ? [] : [['record', record] as const, ['old', record] as const]),
    ['action', 'string'],
    ['event', 'string'],
    ['payload', ANY_SHAPE],
    ['input', ANY_SHAPE],
    ['user', USER],
    ['at', 'timestamp'],
  ]);
  return { kind: 'object', member: 'property of the trigger', members };
}

/** Variables of the steps. `now` is the instant of the step. */
export function stepVariables(
  trigger: ObjectShape,
  context: ReadonlyMap<string, ValuePath>,
): ExpressionScope {
  const members = new Map<string, ExpressionShape>();
  for (const [name, path] of context)
    members.set(name, shapeAt(new Map([['trigger', trigger]]), path) ?? ANY_SHAPE);
  return new Map<string, ExpressionShape>([
    ['context', { kind: 'object', member: 'name of the context', members }],
    ['trigger', trigger],
    ['now', 'timestamp'],
  ]);
}

/** The shape of what a path names; undefined where nothing can be there. */
export function shapeAt(variables: ExpressionScope, path: ValuePath): ExpressionShape | undefined {
  const [root = '', ...names] = path;
  let shape = variables.get(root);
  for (const name of names) {
    if (shape === undefined) return undefined;
    if (typeof shape !== 'string') shape = shape.kind === 'object' ? shape.members.get(name) : undefined;
    else if (shape !== 'json' && shape !== 'file') return undefined;
    else shape = ANY_SHAPE;
  }
  return shape;
}
