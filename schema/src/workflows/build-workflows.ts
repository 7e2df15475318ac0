/** The workflows of a document that was accepted, and of definitions that were kept from one. */
import { workflowShape } from '../document/shapes/behaviour-shapes.ts';
import type { WorkflowDefinition } from '../document/types.ts';
import type { AppModel } from '../model/app-model.ts';
import { readWorkflow } from './read/read-workflow.ts';
import { UNHEARD } from './read/reading.ts';
import type { WorkflowScope } from './read/workflow-scope.ts';
import type { WorkflowModel, WorkflowStarts } from './workflow-model.ts';

/**
 * By name, in the order of the document. A document that was accepted by other rules than today's still makes a model: a
 * workflow whose trigger cannot be read is left out, and a step that cannot be run is broken.
 */
export function buildWorkflows(
  definitions: readonly WorkflowDefinition[],
  scope: WorkflowScope,
): ReadonlyMap<string, WorkflowModel> {
  const read = definitions.map((definition) => readWorkflow(definition, scope, UNHEARD));
  return new Map(read.flatMap((workflow) => (workflow === null ? [] : [[workflow.name, workflow] as const])));
}

/**
 * A definition that an instance began with, by the app's document as it is now: what the document has no longer makes
 * broken steps. Null when the definition or its trigger cannot be read.
 */
export function readWorkflowOf(model: AppModel, definition: unknown): WorkflowModel | null {
  const shaped = workflowShape.safeParse(definition);
  return shaped.success ? readWorkflow(shaped.data, model, UNHEARD) : null;
}

export function workflowStarts(workflows: ReadonlyMap<string, WorkflowModel>): WorkflowStarts {
  const active = [...workflows.values()].filter((workflow) => workflow.active);
  const byEntity = Map.groupBy(active, ({ trigger }) => changeEntity(trigger));
  const byEvent = Map.groupBy(active, ({ trigger }) => (trigger.kind === 'event' ? trigger.event : null));
  return { byEntity: named(byEntity), byEvent: named(byEvent) };
}

/** Of a manual trigger the entity is that of the record that a mutation names. */
function changeEntity(trigger: WorkflowModel['trigger']): string | null {
  return 'entity' in trigger && trigger.kind !== 'manual' ? trigger.entity : null;
}

function named<T>(groups: ReadonlyMap<string | null, readonly T[]>): ReadonlyMap<string, readonly T[]> {
  return new Map([...groups].flatMap(([name, items]) => (name === null ? [] : [[name, items] as const])));
}
