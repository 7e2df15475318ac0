/** The names that workflows add to the API of an app, beside those of their entities. */
import type { AppName } from '../ids.ts';
import type { EntityModel } from '../model/app-model.ts';
import { WORKFLOW_INSTANCE } from '../workflows/engine-entities.ts';
import { entityNames, type Home, typeName } from './graph-names.ts';
import { lowerFirst, pascalCase } from './identifiers.ts';

export interface WorkflowNames {
  readonly pendingApprovals: string;
  readonly pendingApprovalsConnection: string;
  /** Enum of the argument that says whose approvals are listed. */
  readonly assigneeEnum: string;
  readonly approve: string;
  readonly reject: string;
  readonly reassign: string;
  readonly cancel: string;
  readonly retry: string;
  readonly start: string;
}

/** `approveStep` at home, `approveHelpdeskStep` elsewhere. */
export function workflowNames(app: AppName, home: Home): WorkflowNames {
  const prefix = app === home ? '' : pascalCase(app);
  const pending = lowerFirst(`${prefix}PendingApprovals`);
  return {
    pendingApprovals: pending,
    pendingApprovalsConnection: `${pending}Connection`,
    assigneeEnum: typeName({ app, entity: 'approval_assignee' }, home),
    approve: `approve${prefix}Step`,
    reject: `reject${prefix}Step`,
    reassign: `reassign${prefix}Step`,
    cancel: `cancel${prefix}Workflow`,
    retry: `retry${prefix}Workflow`,
    start: `start${prefix}Workflow`,
  };
}

/** Field of the subscription to an entity: `customerChanged`, and `workflowChanged` for instances of workflows. */
export function changedName(entity: Pick<EntityModel, 'app' | 'name' | 'origin'>, home: Home): string {
  const { app, name, origin } = entity;
  const isInstance = origin === 'engine' && name === WORKFLOW_INSTANCE;
  return `${entityNames({ app, entity: isInstance ? 'workflow' : name }, home).one}Changed`;
}
