import type { JsonPath } from '../../faults/json-path.ts';
import { didYouMean, didYouMeanOf } from '../../faults/nearest-name.ts';
import { showValue } from '../../faults/show-value.ts';
import type { JsonValue, WorkflowDefinition } from '../../types.ts';
import { type CheckContext, findEntity, findField, type Located, reportDuplicates } from '../context.ts';
import { checkSetField } from './check-set-field.ts';

type JsonObject = { readonly [key: string]: JsonValue };
type Step = WorkflowDefinition['steps'][number];

const STEP_TYPES: ReadonlySet<string> = new Set(['action', 'condition', 'approval', 'wait', 'parallel']);
const GOTO_PROPERTIES = ['on_true', 'on_false', 'on_approve', 'on_reject', 'on_timeout', 'then'] as const;
/** The name of a next step that ends the instance. */
const END = 'end';
const CONTEXT_ROOTS = /^(trigger\.record_id|record_id|(trigger\.)?record\.[A-Za-z0-9_.]+)$/;

/** Workflows: what starts them, where their steps lead, and what they set. */
export function checkWorkflows(context: CheckContext): void {
  for (const workflow of context.parts.workflows) {
    checkTrigger(context, workflow);
    checkContextPaths(context, workflow);
    checkSteps(context, workflow);
  }
}

function checkTrigger(context: CheckContext, { value, path }: Located<WorkflowDefinition>): void {
  const place = [...path, 'trigger'];
  const { type, entity: entityName, field } = value.trigger;
  if (type !== 'state_change') {
    const message = `The trigger type ${showValue(type)} is unknown, so the workflow never starts`;
    context.faults.warning([...place, 'type'], message, 'Known: state_change');
  }
  if (typeof entityName !== 'string') {
    if (type === 'state_change')
      context.faults.error([...place, 'entity'], 'The trigger must name an entity');
    return;
  }
  const entity = findEntity(context, entityName, [...place, 'entity']);
  if (entity !== undefined && typeof field === 'string') {
    findField(context, entity, { value: field, path: [...place, 'field'] });
  }
}

function checkContextPaths(context: CheckContext, { value, path }: Located<WorkflowDefinition>): void {
  for (const [name, source] of Object.entries(value.context ?? {})) {
    if (typeof source === 'string' && CONTEXT_ROOTS.test(source)) continue;
    const message = `${showValue(source)} is not a path into the trigger and is always null`;
    context.faults.warning([...path, 'context', name], message, 'Write e.g. "trigger.record.title"');
  }
}

function checkSteps(context: CheckContext, { value, path }: Located<WorkflowDefinition>): void {
  const steps = value.steps.map((step, index) => ({ value: step, path: [...path, 'steps', index] }));
  const ids = new Set(value.steps.map((step) => step.id));
  reportDuplicates(
    steps,
    (step) => step.id,
    (step) => {
      context.faults.error([...step.path, 'id'], `The step id ${showValue(step.value.id)} is used twice`);
    },
  );
  for (const step of steps) checkStep(context, step, ids);
}

function checkStep(context: CheckContext, step: Located<Step>, ids: ReadonlySet<string>): void {
  const { value, path } = step;
  if (!STEP_TYPES.has(value.type)) {
    const message = `The step type ${showValue(value.type)} is unknown; an instance fails there`;
    context.faults.warning([...path, 'type'], message, () => didYouMeanOf('Known', value.type, STEP_TYPES));
  }
  for (const property of GOTO_PROPERTIES) checkGoto(context, step, { property, ids });
  checkActions(context, step);
}

function checkGoto(
  context: CheckContext,
  { value, path }: Located<Step>,
  of: { readonly property: string; readonly ids: ReadonlySet<string> },
): void {
  const goto = value[of.property];
  if (goto === undefined || goto === null) return;
  const place: JsonPath = [...path, of.property];
  const target = isObject(goto) ? goto['goto'] : undefined;
  if (typeof goto === 'string') checkTarget(context, { value: goto, path: place }, of.ids);
  else if (typeof target === 'string') {
    checkTarget(context, { value: target, path: [...place, 'goto'] }, of.ids);
  } else {
    context.faults.error(place, `${showValue(goto)} names no step`, 'Write {"goto": "step_id"} or "end"');
  }
}

function checkTarget(context: CheckContext, target: Located<string>, ids: ReadonlySet<string>): void {
  if (target.value === END || ids.has(target.value)) return;
  context.faults.error(target.path, `There is no step ${showValue(target.value)}`, () =>
    didYouMean(target.value, [...ids, END]),
  );
}

function checkActions(context: CheckContext, { value, path }: Located<Step>): void {
  const actions = value['actions'];
  if (!isList(actions)) return;
  for (const [index, action] of actions.entries()) {
    if (!isObject(action) || action['type'] !== 'set_field') continue;
    const place = [...path, 'actions', index];
    const name = action['entity'];
    if (typeof name !== 'string') {
      context.faults.error([...place, 'entity'], 'The action must name an entity');
      continue;
    }
    const entity = findEntity(context, name, [...place, 'entity']);
    if (entity !== undefined) checkSetField(context, entity, { value: action, path: place });
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
