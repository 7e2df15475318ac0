/** SDL of what callers can do with workflows, beside reading their instances. */
import type { AppModel, EntityModel } from '../model/app-model.ts';
import { type EntityNames, entityNames, type Home } from '../naming/graph-names.ts';
import { type WorkflowNames, workflowNames } from '../naming/workflow-names.ts';
import { WORKFLOW_APPROVAL, WORKFLOW_INSTANCE } from '../workflows/engine-entities.ts';
import type { EntitySdl } from './entity-sdl.ts';
import { argumentList, readArguments } from './read-arguments.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

const COMMENT = '"Kept in the history of the instance." comment: String';

/** Null for an app without workflows. */
export function workflowSdl(model: AppModel, home: Home): EntitySdl | null {
  const approval = model.entities.get(WORKFLOW_APPROVAL);
  if (approval?.origin !== 'engine') return null;
  const { app } = model;
  const names = workflowNames(app, home);
  return {
    types: [assigneeEnum(names)],
    queries: pendingFields(approval, names, entityNames({ app, entity: approval.name }, home)),
    mutations: [
      ...approvalMutations(names, entityNames({ app, entity: approval.name }, home)),
      ...instanceMutations(names, entityNames({ app, entity: WORKFLOW_INSTANCE }, home)),
    ],
  };
}

function assigneeEnum(names: WorkflowNames): string {
  return typeSdl({
    kind: 'enum',
    name: names.assigneeEnum,
    description: 'Whose approvals are listed.',
    fields: [
      fieldSdl(
        'ME',
        "Those that the caller is asked for, by their id or by one of their roles; also an admin's own.",
      ),
      fieldSdl('ANYONE', 'All that the caller may see.'),
    ],
  });
}

function pendingFields(
  approval: EntityModel,
  names: WorkflowNames,
  ofEntity: EntityNames,
): readonly string[] {
  const { type, connectionType } = ofEntity;
  const args = readArguments(ofEntity, approval);
  const assignee = `assignee: ${names.assigneeEnum}! = ME`;
  return [
    fieldSdl(
      `${names.pendingApprovals}${argumentList(assignee, args.list)}: [${type}!]`,
      'Approvals that wait for a decision.',
    ),
    fieldSdl(
      `${names.pendingApprovalsConnection}${argumentList(assignee, args.connection)}: ${connectionType}`,
      'Pages of them, with stable cursors.',
    ),
  ];
}

/** Nullable like every mutation, so that an app that fails nulls its own fields and not the whole answer. */
function approvalMutations(names: WorkflowNames, { payloadType }: EntityNames): readonly string[] {
  const decision = `(id: ID!, ${COMMENT}): ${payloadType}`;
  const who = 'For who is asked, and for admins. INVALID_STATE where it is decided or given up already.';
  return [
    fieldSdl(`${names.approve}${decision}`, `Approves, and lets the workflow go on. ${who}`),
    fieldSdl(`${names.reject}${decision}`, `Rejects, and lets the workflow go on. ${who}`),
    fieldSdl(
      `${names.reassign}(id: ID!, "Exactly one of role and userId." role: String, userId: String, ${COMMENT}): ${payloadType}`,
      `Asks another role or user instead. ${who}`,
    ),
  ];
}

function instanceMutations(names: WorkflowNames, { payloadType }: EntityNames): readonly string[] {
  const ofInstance = `(id: ID!, ${COMMENT}): ${payloadType}`;
  return [
    fieldSdl(
      `${names.start}("Name of the workflow." workflow: String!, "Key of the record that it is about, where it is about one." recordId: ID, "Given to the workflow as trigger.input." input: JSON): ${payloadType}`,
      'Starts a workflow that is started by hand.',
    ),
    fieldSdl(
      `${names.cancel}${ofInstance}`,
      'Ends an instance where it is. What it has done stays. INVALID_STATE where it has ended.',
    ),
    fieldSdl(
      `${names.retry}${ofInstance}`,
      'Lets an instance that has failed go on with the step that failed. INVALID_STATE where it has not.',
    ),
  ];
}
