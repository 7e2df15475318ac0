/** Which workflows a change or an event starts. */
import type { ChangeEvent } from '../events/change-event.ts';
import { fieldChanges } from '../events/webhook-payload.ts';
import { ExpressionError } from '../expressions/expression.ts';
import type { ExpressionVariables } from '../expressions/values/evaluation.ts';
import type { AppModel } from '../model/app-model.ts';
import { numberText } from '../values/exact-json.ts';
import { evaluateCondition } from './evaluate-workflow.ts';
import { type TriggerFacts, triggerFacts } from './trigger-facts.ts';
import type { TriggerModel, WorkflowModel } from './workflow-model.ts';

/** A change with its records: one that came without them has to be completed first. */
export type WorkflowChange = Pick<
  ChangeEvent,
  'entity' | 'op' | 'key' | 'actor' | 'at' | 'changed' | 'record' | 'previous'
>;

export interface WorkflowEvent {
  readonly event: string;
  readonly payload: unknown;
  /** Id of the user whose write sent it; null where there is none. */
  readonly actor: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** `error`: the trigger's condition has no value for these facts; null when the workflow is to be started. */
export interface WorkflowMatch {
  readonly workflow: WorkflowModel;
  readonly facts: TriggerFacts;
  readonly error: string | null;
}

type Conditional = Extract<TriggerModel, { readonly condition: unknown }>;
type ChangeTrigger = Exclude<Conditional, { kind: 'event' }>;
type Rows = Readonly<Record<string, unknown>>;

const NOTHING: Rows = Object.freeze(Object.create(null));

/** Active workflows that the change starts, in the order of the document. */
export function matchChange(model: AppModel, change: WorkflowChange): readonly WorkflowMatch[] {
  const candidates = model.workflowStarts.byEntity.get(change.entity);
  if (candidates === undefined) return [];
  return candidates.flatMap((workflow) => {
    const { trigger } = workflow;
    if (!isChangeTrigger(trigger) || !concerns(trigger, change)) return [];
    const facts = factsOf(trigger, change);
    return judge(workflow, { trigger, facts, variables: changeValues(change, facts) });
  });
}

/** Active workflows that an event of this name starts, in the order of the document. */
export function matchEvent(model: AppModel, given: WorkflowEvent): readonly WorkflowMatch[] {
  const { event, payload, actor, at } = given;
  return (model.workflowStarts.byEvent.get(event) ?? []).flatMap((workflow) => {
    const { trigger } = workflow;
    if (trigger.kind !== 'event') return [];
    const facts = triggerFacts({ kind: 'event', event, payload, user: { id: actor }, at });
    return judge(workflow, { trigger, facts, variables: { payload, event, now: new Date(at) } });
  });
}

function judge(
  workflow: WorkflowModel,
  of: {
    readonly trigger: Conditional;
    readonly facts: TriggerFacts;
    readonly variables: ExpressionVariables;
  },
): WorkflowMatch[] {
  const { trigger, facts, variables } = of;
  try {
    return evaluateCondition(trigger.condition, variables) ? [{ workflow, facts, error: null }] : [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [{ workflow, facts, error: error.message }];
  }
}

function isChangeTrigger(trigger: TriggerModel): trigger is ChangeTrigger {
  return trigger.kind === 'state_change' || trigger.kind.startsWith('record_');
}

function concerns(trigger: ChangeTrigger, change: WorkflowChange): boolean {
  switch (trigger.kind) {
    case 'record_created':
      return change.op === 'create';
    case 'record_deleted':
      return change.op === 'delete';
    case 'record_updated':
      if (change.op !== 'update') return false;
      return trigger.fields === null || change.changed.some((name) => trigger.fields?.has(name));
    case 'state_change': {
      if (change.op === 'delete' || !change.changed.includes(trigger.field)) return false;
      const { field, from, to } = trigger;
      const [before, after] = [change.previous, change.record].map((record) => textOf(record?.[field]));
      return (from?.has(before ?? '') ?? true) && (to?.has(after ?? '') ?? after !== '');
    }
    default:
      return trigger satisfies never;
  }
}

/** As triggers name a value: null and what is not there are the empty text. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return numberText(value) ?? JSON.stringify(value);
  return String(value);
}

function factsOf({ kind }: ChangeTrigger, change: WorkflowChange): TriggerFacts {
  const { entity, op: action, key, actor, at, record, previous } = change;
  return triggerFacts({
    kind,
    entity,
    record_id: key,
    record: action === 'delete' ? previous : record,
    old: previous,
    action,
    user: { id: actor },
    at,
  });
}

function changeValues(change: WorkflowChange, facts: TriggerFacts): ExpressionVariables {
  const { op, changed, previous, record, at } = change;
  return {
    record: facts.record ?? NOTHING,
    old: previous ?? NOTHING,
    action: op,
    user: facts.user,
    changes: op === 'delete' ? NOTHING : fieldChanges(changed, previous, record),
    now: new Date(at),
  };
}
