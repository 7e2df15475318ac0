/** What people do with instances: they start, cancel and retry them. */

import { randomUUID } from 'node:crypto';
import {
  type Caller,
  changeToken,
  currentStep,
  type EntityModel,
  inputJsonProblem,
  type JsonValue,
  matches,
  RocketError,
  readFilter,
  readyToken,
  rolesOf,
  type StoredRecord,
  type TriggerFacts,
  type TriggerModel,
  triggerFacts,
  uuidText,
} from '@rocket/schema';
import type { WorkflowCommands } from '../../../operation/workflow-commands.ts';
import { notFound, refuse } from '../../../write/write-result.ts';
import { entityOf, type WriteTransaction } from '../../../write/write-state.ts';
import { holdTimers } from '../../timers/timer-sql.ts';
import { instanceStatus, type OpenInstance, openInstance, textOf } from '../instance/open-instance.ts';
import { clearWaits, endPending, note, storeInstance } from '../instance/store-instance.ts';
import { beginInstance, followStart } from '../starts/start-instances.ts';
import { currentRecord } from '../steps/current-record.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { type Commanded, commandResult, isVisible, refuseState, statedComment } from './command.ts';

type ManualTrigger = Extract<TriggerModel, { kind: 'manual' }>;

export function instanceCommands(commanded: Commanded): Pick<WorkflowCommands, 'cancel' | 'retry' | 'start'> {
  const { app } = commanded;
  return {
    cancel: (caller, { instanceId, comment: given }) =>
      commandResult(commanded, caller, async (write) => {
        const comment = statedComment(given);
        const instance = await visibleInstance(app, write, instanceId);
        requireOwner(caller, instance);
        const status = instanceStatus(instance);
        if (status === 'completed' || status === 'cancelled')
          refuseState(`The workflow is ${status} already`, ['id']);
        await clearWaits(instance, null);
        await endPending(instance, { tokens: null, status: 'cancelled' });
        instance.end = 'cancelled';
        instance.error = textOf(instance.record, 'error');
        const step = currentStep(instance.state) ?? '';
        note(instance, { step, status: 'cancelled', actor: caller.userId, comment });
        await storeInstance(instance);
        return { key: instance.record.key, instance };
      }),
    retry: (caller, { instanceId, comment: given }) =>
      commandResult(commanded, caller, async (write) => {
        const comment = statedComment(given);
        const instance = await visibleInstance(app, write, instanceId);
        if (!caller.isAdmin) throw notAllowed(caller, 'Only administrators may retry workflows');
        if (instanceStatus(instance) !== 'failed') refuseState('The workflow has not failed', ['id']);
        for (const { id, phase } of instance.state.tokens)
          if (phase === 'ready') instance.state = changeToken(instance.state, id, { failures: 0 });
        await write.tx.query(holdTimers(instance.record.key, false));
        const step = readyToken(instance.state)?.step ?? '';
        note(instance, { step, status: 'retried', actor: caller.userId, comment });
        await storeInstance(instance);
        return { key: instance.record.key, instance };
      }),
    start: (caller, of) => startByHand(commanded, caller, of),
  };
}

async function startByHand(
  { app, request }: Commanded,
  caller: Caller,
  of: { readonly workflow: string; readonly recordId: string | null; readonly input: JsonValue },
) {
  const workflow = app.model.workflows.get(of.workflow);
  let begun: Awaited<ReturnType<typeof beginInstance>> = null;
  const result = await app.inTransaction(request)(caller, async (write) => {
    if (workflow?.trigger.kind !== 'manual' || !workflow.active) {
      const message = `There is no workflow ${JSON.stringify(of.workflow)} that can be started`;
      return refuse({ code: 'NOT_FOUND', message, path: ['workflow'], rule: null });
    }
    begun = await beginInstance(app, write, {
      workflow,
      trigger: await manualFacts(write, workflow.trigger, of),
      startedFor: `manual:${randomUUID()}`,
      startedBy: caller.userId,
      depth: 0,
      fault: null,
    });
    if (begun === null) throw new TypeError('An instance with a new id was there already');
    return begun.id;
  });
  if (result.ok) followStart(app, begun);
  return result;
}

/** @throws WriteRefused; RocketError when the caller may not start it */
async function manualFacts(
  write: WriteTransaction,
  trigger: ManualTrigger,
  { recordId, input }: { readonly recordId: string | null; readonly input: JsonValue },
): Promise<TriggerFacts> {
  const { caller, now } = write;
  if (inputJsonProblem(input) !== null) {
    const message = 'The input must be JSON that can be kept: without NUL, not nested too deeply';
    refuse({ code: 'VALIDATION_FAILED', message, path: ['input'], rule: null });
  }
  const { entity: entityName } = trigger;
  const hasRole = trigger.roles?.some((role) => rolesOf(caller).has(role.toLowerCase())) ?? false;
  const entity = entityName === null ? null : entityOf(write.model, entityName);
  if (entity === null && recordId !== null) refuseRecordId('The workflow is not about a record');
  if (entity !== null && recordId === null) refuseRecordId(`The workflow needs the id of a ${entity.name}`);
  const record = entity === null ? null : await visibleRecord(write, entity, recordId ?? '');
  const isTheirs =
    trigger.roles === null && entity !== null && record !== null && mayUpdate(write, entity, record);
  if (!caller.isAdmin && !hasRole && !isTheirs) throw notAllowed(caller, 'You may not start this workflow');
  return triggerFacts({
    kind: 'manual',
    entity: entityName,
    record_id: record?.key ?? null,
    record: record?.values ?? null,
    input,
    user: { id: caller.userId },
    at: now.toISOString(),
  });
}

async function visibleRecord(
  write: WriteTransaction,
  entity: EntityModel,
  id: string,
): Promise<StoredRecord> {
  const record = await currentRecord({ write }, entity, id);
  if (record === null || !isVisible(write, entity, record)) refuse(notFound(entity.name, id, ['recordId']));
  return record;
}

function mayUpdate(
  { model, caller }: WriteTransaction,
  entity: EntityModel,
  { values }: StoredRecord,
): boolean {
  const filter = readFilter(model, { entity: entity.name, action: 'update', caller });
  return filter !== 'forbidden' && matches(filter, values);
}

function refuseRecordId(message: string): never {
  return refuse({ code: 'VALIDATION_FAILED', message, path: ['recordId'], rule: null });
}

/** @throws WriteRefused `NOT_FOUND` */
async function visibleInstance(app: WorkflowApp, write: WriteTransaction, id: string): Promise<OpenInstance> {
  const { instance: entity } = app.entities;
  const key = uuidText(id);
  const instance = key === null ? null : await openInstance(app, write, { id: key });
  if (instance === null || !isVisible(write, entity, instance.record))
    refuse(notFound('workflow instance', id, ['id']));
  return instance;
}

/** Who has started it by hand may take that back. Whose change has started it may have no say in it. */
function requireOwner(caller: Caller, { record, trigger }: OpenInstance): void {
  const isTheirs = caller.userId !== null && textOf(record, 'started_by') === caller.userId;
  if (caller.isAdmin || (isTheirs && trigger.kind === 'manual')) return;
  throw notAllowed(caller, 'Only administrators, and who has started it by hand, may cancel a workflow');
}

function notAllowed(caller: Caller, message: string): RocketError {
  return new RocketError(caller.userId === null ? 'UNAUTHENTICATED' : 'FORBIDDEN', message);
}
