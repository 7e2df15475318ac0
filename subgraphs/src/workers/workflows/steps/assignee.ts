/** Whom an approval waits for. */
import type { Statement } from '@rocket/platform';
import { type ApprovalStep, WorkflowFault } from '@rocket/schema';
import { USERS_TABLE } from '../../../tables/system-tables.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import type { Assignee } from '../sql/approval-sql.ts';
import { relatedRecord, triggerRecord } from './current-record.ts';

/** @throws WorkflowFault when it is nobody */
export async function assigneeOf(
  instance: OpenInstance,
  { assignee }: Pick<ApprovalStep, 'assignee'>,
): Promise<Assignee> {
  switch (assignee.kind) {
    case 'role':
      return roleAssignee(assignee.role);
    case 'user':
      return await userAssignee(instance, assignee.user);
    case 'relation': {
      const { entity, links, field } = assignee;
      const record = await triggerRecord(instance, entity);
      const related = await relatedRecord(instance, { record, entity }, links);
      const value = related?.record.values[field] ?? null;
      const path = [...links, field].join('.');
      if (value === null) throw new WorkflowFault(`The assignee ${path} of the ${entity} is empty`);
      return await userAssignee(instance, String(value));
    }
    default:
      return assignee satisfies never;
  }
}

export function roleAssignee(role: string): Assignee {
  return { role: role.toLowerCase(), userId: null };
}

/**
 * By id or e-mail. An id that is none of the app's users is kept as it is: users of an external issuer are not stored here.
 * @throws WorkflowFault for an e-mail that is nobody's
 */
export async function userAssignee({ write }: Pick<OpenInstance, 'write'>, user: string): Promise<Assignee> {
  const [row] = await write.tx.query(selectUserId(user));
  if (row !== undefined) return { role: null, userId: String(row[0]) };
  if (user.includes('@')) throw new WorkflowFault(`The assignee ${user} is no user of the app`);
  return { role: null, userId: user };
}

function selectUserId(user: string): Statement {
  return {
    text: `SELECT id::text FROM "${USERS_TABLE}" WHERE id::text = lower($1) OR email = lower($1) LIMIT 1`,
    values: [user],
  };
}
