import { showValue } from '../../document/faults/show-value.ts';
import type { WorkflowDefinition } from '../../document/types.ts';
import type { StepModel, WorkflowModel } from '../workflow-model.ts';
import { readContext } from './read-paths.ts';
import { END, readStep, type StepScope } from './read-steps.ts';
import { readTrigger } from './read-trigger.ts';
import { reportWithin, type WorkflowReport } from './reading.ts';
import { stepVariables, triggerShape, type WorkflowScope } from './workflow-scope.ts';

/**
 * Reads a definition that has its shape. Faults and warnings are reported at paths within it. A step with a fault is
 * broken, so that an instance can go on with the others; null when the trigger has one. Which steps can be reached
 * is checked elsewhere.
 */
export function readWorkflow(
  definition: WorkflowDefinition,
  scope: WorkflowScope,
  report: WorkflowReport,
): WorkflowModel | null {
  const trigger = readTrigger({ value: definition.trigger, report: reportWithin(report, 'trigger') }, scope);
  const [first] = definition.steps;
  const name = definition.trigger['entity'];
  const entity = typeof name === 'string' ? scope.entities.get(name) : undefined;
  // Without the record of the trigger nobody knows what the steps may name, and each of them would have faults.
  if (first === undefined || (trigger === null && entity === undefined)) return null;
  const shape = triggerShape(entity);
  const given = definition.context ?? {};
  const context = readContext(given, new Map([['trigger', shape]]), reportWithin(report, 'context'));
  const ids = new Set(definition.steps.map(({ id }) => id));
  const steps = readSteps(
    definition,
    { scope, entity, ids, variables: stepVariables(shape, context) },
    report,
  );
  const { name: own, active = true } = definition;
  return trigger && { name: own, active, trigger, context, steps, first: first.id };
}

function readSteps(
  { steps }: WorkflowDefinition,
  of: StepScope,
  report: WorkflowReport,
): ReadonlyMap<string, StepModel> {
  const read = new Map<string, StepModel>();
  for (const [index, definition] of steps.entries()) {
    const { id } = definition;
    const at = reportWithin(report, 'steps', index);
    if (id === END) at.fault(['id'], 'No step can be called "end", because gotos mean the end by it');
    if (read.has(id)) at.fault(['id'], `The step id ${showValue(id)} is used twice`);
    const step = readStep(definition, of, at);
    if (!read.has(id)) read.set(id, step);
  }
  return read;
}
