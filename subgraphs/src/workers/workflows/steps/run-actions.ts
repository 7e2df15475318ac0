/** The actions of a step, one after the other, in its transaction. */
import {
  type ActionModel,
  type ActionStep,
  evaluateValue,
  type Token,
  type ValueModel,
  type ValuePath,
  valueAt,
  WorkflowFault,
} from '@rocket/schema';
import { createWithin, deleteWithin, updateWithin, type WriteInput } from '../../../write/pipeline.ts';
import { WriteRefused } from '../../../write/write-result.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import { askReceiver } from './ask-receiver.ts';
import { ActionRefused } from './step-failure.ts';

/** @throws what {@link stepFailure} tells apart */
export async function runActions(
  instance: OpenInstance,
  step: ActionStep,
  token: Pick<Token, 'id' | 'left'>,
): Promise<void> {
  for (const [index, action] of step.actions.entries()) {
    try {
      // The place of the action is the same whenever the step is repeated, so receivers can tell that it is.
      await runAction(instance, action, `${token.id}.${token.left + 1}.${index + 1}`);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      throw new ActionRefused(nameOf(action), error.errors);
    }
  }
}

async function runAction(instance: OpenInstance, action: ActionModel, place: string): Promise<void> {
  const { write } = instance;
  switch (action.kind) {
    case 'update_record': {
      const { entity, recordId } = action;
      const id = recordIdOf(instance, action, recordId);
      await updateWithin(write, entity, { id, patch: inputOf(instance, action.values) });
      return;
    }
    case 'create_record':
      await createWithin(write, action.entity, { input: inputOf(instance, action.values) });
      return;
    case 'delete_record':
      await deleteRecord(instance, action);
      return;
    case 'webhook': {
      const body = action.body === null ? instance.context : evaluated(instance, action.body);
      await askReceiver(instance, { ...action, body, place });
      return;
    }
    case 'send_event': {
      const payload = action.payload === null ? instance.context : evaluated(instance, action.payload);
      write.sent.push({ event: action.event, payload });
      return;
    }
    default:
      action satisfies never;
  }
}

/** One that is gone already is what was wanted. */
async function deleteRecord(
  instance: OpenInstance,
  action: Extract<ActionModel, { kind: 'delete_record' }>,
): Promise<void> {
  const id = recordIdOf(instance, action, action.recordId);
  try {
    await deleteWithin(instance.write, action.entity, { id });
  } catch (error) {
    const isGone = error instanceof WriteRefused && error.errors.every(({ code }) => code === 'NOT_FOUND');
    if (!isGone) throw error;
  }
}

function recordIdOf(instance: OpenInstance, action: ActionModel, path: ValuePath): string {
  const id = valueAt(path, instance);
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  throw new WorkflowFault(`${nameOf(action)}: ${path.join('.')} is no key of a record`);
}

function inputOf(instance: OpenInstance, values: ReadonlyMap<string, ValueModel>): WriteInput {
  return Object.fromEntries([...values].map(([name, value]) => [name, evaluated(instance, value)] as const));
}

function evaluated({ trigger, context, write }: OpenInstance, value: ValueModel): unknown {
  return evaluateValue(value, { trigger, context, now: write.now });
}

function nameOf(action: ActionModel): string {
  return 'entity' in action ? `${action.kind} ${action.entity}` : action.kind;
}
