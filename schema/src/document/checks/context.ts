import type { AppName } from '../../ids.ts';
import type { FaultCollector } from '../faults/fault-collector.ts';
import type { JsonPath } from '../faults/json-path.ts';
import { didYouMean } from '../faults/nearest-name.ts';
import type {
  EntityDefinition,
  FieldDefinition,
  PermissionDefinition,
  RelationDefinition,
  RuleDefinition,
  StateMachineDefinition,
  UiConfigDefinition,
  WorkflowDefinition,
} from '../types.ts';
import type { WebhookDefinition } from '../webhook-definition.ts';

/** A part of the document with its place. */
export interface Located<T> {
  readonly value: T;
  readonly path: JsonPath;
}

/** The parts whose shape is right, each with its place; parts of the wrong shape are reported and left out. */
export interface DocumentParts {
  readonly entities: readonly Located<EntityDefinition>[];
  readonly relations: readonly Located<RelationDefinition>[];
  readonly rules: readonly Located<RuleDefinition>[];
  readonly state_machines: readonly Located<StateMachineDefinition>[];
  readonly workflows: readonly Located<WorkflowDefinition>[];
  readonly permissions: readonly Located<PermissionDefinition>[];
  readonly webhooks: readonly Located<WebhookDefinition>[];
  readonly ui_configs: readonly Located<UiConfigDefinition>[];
  readonly exports: readonly Located<string>[];
}

export interface EntityEntry extends Located<EntityDefinition> {
  readonly fields: ReadonlyMap<string, FieldDefinition>;
}

export interface CheckContext {
  readonly app: AppName;
  readonly parts: DocumentParts;
  /** By name; the first of each name. */
  readonly entities: ReadonlyMap<string, EntityEntry>;
  /** Names of entities whose shape is wrong: references to them are not reported a second time. */
  readonly unusableEntities: ReadonlySet<string>;
  readonly faults: FaultCollector;
}

/** The entity that `name` means; reports a fault at `path` when there is none. */
export function findEntity(context: CheckContext, name: string, path: JsonPath): EntityEntry | undefined {
  const entry = context.entities.get(name);
  if (entry === undefined && !context.unusableEntities.has(name)) {
    context.faults.error(path, `There is no entity ${JSON.stringify(name)}`, () =>
      didYouMean(name, context.entities.keys()),
    );
  }
  return entry;
}

/** The field that `name` means; reports a fault at `path` when the entity has none. */
export function findField(
  context: CheckContext,
  entity: EntityEntry,
  reference: Located<string>,
): FieldDefinition | undefined {
  const field = entity.fields.get(reference.value);
  if (field !== undefined) return field;
  const message = `Entity ${JSON.stringify(entity.value.name)} has no field ${JSON.stringify(reference.value)}`;
  context.faults.error(reference.path, message, () => didYouMean(reference.value, entity.fields.keys()));
  return undefined;
}

/** Reports every value whose key was already seen. */
export function reportDuplicates<T>(
  items: readonly Located<T>[],
  keyOf: (item: T) => string,
  report: (item: Located<T>, first: Located<T>) => void,
): void {
  const seen = new Map<string, Located<T>>();
  for (const item of items) {
    const key = keyOf(item.value);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, item);
    else report(item, first);
  }
}
