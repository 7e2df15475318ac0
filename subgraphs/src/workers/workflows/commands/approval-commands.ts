/** What people do with approvals: they decide, or give them to somebody else. */
import {
  approvalRoles,
  type BrokenGotos,
  type Caller,
  RocketError,
  rolesOf,
  type StepModel,
  type StoredRecord,
  type Token,
  textProblem,
  tokenOf,
  uuidText,
  WorkflowFault,
} from '@rocket/schema';
import type { WorkflowCommands } from '../../../operation/workflow-commands.ts';
import { toRecord } from '../../../write/record-sql.ts';
import { notFound, refuse } from '../../../write/write-result.ts';
import type { WriteTransaction } from '../../../write/write-state.ts';
import { deleteTimers } from '../../timers/timer-sql.ts';
import { isOpen } from '../instance/fail-instance.ts';
import { type OpenInstance, openInstance, textOf } from '../instance/open-instance.ts';
import { changed, leaveStep, note, stored, storeInstance } from '../instance/store-instance.ts';
import {
  type Assignee,
  endApprovals,
  reassignApproval,
  selectApproval,
  selectInstanceOf,
} from '../sql/approval-sql.ts';
import { roleAssignee, userAssignee } from '../steps/assignee.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { type Commanded, commandResult, isVisible, refuseState, statedComment } from './command.ts';

/** A pending approval whose instance is locked, with the token that waits for it. */
interface PendingApproval {
  readonly instance: OpenInstance;
  readonly record: StoredRecord;
  readonly token: Token;
}

export function approvalCommands(commanded: Commanded): Pick<WorkflowCommands, 'decide' | 'reassign'> {
  const { app } = commanded;
  return {
    decide: (caller, decision) =>
      commandResult(commanded, caller, async (write) => {
        const comment = statedComment(decision.comment);
        const approval = await pendingApproval(app, write, decision.approvalId);
        const { instance, record, token } = approval;
        const gotos = decisionsOf(instance.workflow.steps.get(token.step));
        const status = decision.approve ? 'approved' : 'rejected';
        const of = { ids: [record.key], status, decidedBy: caller.userId, comment } as const;
        await changeApproval(approval, endApprovals(app.entities.approval, of));
        instance.approverId = caller.userId;
        note(instance, { step: token.step, status, actor: caller.userId, comment });
        const to = decision.approve ? gotos.onApprove : gotos.onReject;
        if (token.dueAt !== null) await write.tx.query(deleteTimers(instance.record.key, [token.id]));
        await leaveStep(instance, token, to);
        await storeInstance(instance);
        return { key: record.key, instance };
      }),
    reassign: (caller, { approvalId, role, userId, comment: given }) =>
      commandResult(commanded, caller, async (write) => {
        const comment = statedComment(given);
        const approval = await pendingApproval(app, write, approvalId);
        const { instance, record, token } = approval;
        const to = await newAssignee(instance, { role, userId });
        await changeApproval(approval, reassignApproval(app.entities.approval, record.key, to));
        if (to.userId !== null) instance.approverId = to.userId;
        const whom = to.role === null ? `to user ${to.userId}` : `to role ${to.role}`;
        const said = comment === null ? whom : `${whom}: ${comment}`;
        note(instance, { step: token.step, status: 'reassigned', actor: caller.userId, comment: said });
        await storeInstance(instance);
        return { key: record.key, instance };
      }),
  };
}

/** Also of an approval that could not begin any more by the document as it is now. @throws WriteRefused */
function decisionsOf(step: StepModel | undefined): Pick<BrokenGotos, 'onApprove' | 'onReject'> {
  if (step?.kind === 'approval') return step;
  if (step?.kind === 'broken') return step.gotos;
  return refuseState('Its workflow has no such step any more', ['id']);
}

/**
 * Locks the instance before the approval, as all do who change either.
 * @throws WriteRefused for one that the caller may not see, or that is decided; RocketError when it is not theirs
 */
async function pendingApproval(
  app: WorkflowApp,
  write: WriteTransaction,
  approvalId: string,
): Promise<PendingApproval> {
  const { approval: entity } = app.entities;
  const id = uuidText(approvalId);
  const [found] = id === null ? [] : await write.tx.query(selectInstanceOf(id));
  const instance = found === undefined ? null : await openInstance(app, write, { id: String(found[0]) });
  const [row] = instance === null || id === null ? [] : await write.tx.query(selectApproval(entity, id));
  if (instance === null || row === undefined) refuse(notFound('approval', approvalId, ['id']));
  const record = toRecord(entity, row);
  if (!isVisible(write, entity, record)) refuse(notFound('approval', approvalId, ['id']));
  requireAssignee(write.caller, record);
  const status = textOf(record, 'status');
  if (status !== 'pending') refuseState(`The approval is ${status} already`, ['id']);
  if (!isOpen(instance))
    refuseState(`The workflow is ${textOf(instance.record, 'status')}, so nothing can be decided`, ['id']);
  const token = tokenOf(instance.state, Number(row.at(-1)));
  if (token?.phase !== 'waiting') refuseState('The workflow does not wait for this approval', ['id']);
  return { instance, record, token };
}

/** Administrators may do what assignees may. */
function requireAssignee(caller: Caller, record: StoredRecord): void {
  const role = textOf(record, 'assignee_role');
  const isTheirs =
    role === null ? textOf(record, 'assignee_id') === caller.userId : rolesOf(caller).has(role);
  if (caller.isAdmin || (caller.userId !== null && isTheirs)) return;
  if (caller.userId === null) throw new RocketError('UNAUTHENTICATED', 'Sign in to decide approvals');
  throw new RocketError('FORBIDDEN', 'The approval waits for somebody else');
}

async function changeApproval(
  { instance, record: before }: PendingApproval,
  statement: Parameters<typeof stored>[2],
): Promise<void> {
  const { write, app } = instance;
  const { approval: entity } = app.entities;
  const after = await stored(write, entity, statement);
  changed(write, { entity, operation: 'update', before, after });
}

async function newAssignee(
  instance: OpenInstance,
  { role, userId }: { readonly role: string | null; readonly userId: string | null },
): Promise<Assignee> {
  if ((role === null) === (userId === null)) invalid('Give either a role or a user', ['role']);
  if (role !== null) {
    // Nobody would see it who has another role.
    if (!approvalRoles(instance.app.model.document).has(role.toLowerCase()))
      invalid(`The app's document names no role ${JSON.stringify(role)}`, ['role']);
    return roleAssignee(role);
  }
  if (userId === null || userId.trim() === '' || textProblem(userId) !== null)
    invalid('This is no user', ['userId']);
  try {
    return await userAssignee(instance, userId);
  } catch (error) {
    if (!(error instanceof WorkflowFault)) throw error;
    return invalid(error.message, ['userId']);
  }
}

function invalid(message: string, path: readonly string[]): never {
  return refuse({ code: 'VALIDATION_FAILED', message, path, rule: null });
}
