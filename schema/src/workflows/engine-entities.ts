/**
 * Entities that the engine adds to an app with workflows: what is known of their instances and approvals. They are
 * read, filtered and followed like those of the document, and written by the engine alone.
 */
import type {
  AppDocument,
  EntityDefinition,
  FieldDefinition,
  RelationDefinition,
} from '../document/types.ts';
import type { AppModel, EntityModel } from '../model/app-model.ts';

export const WORKFLOW_INSTANCE = 'workflow_instance';
export const WORKFLOW_APPROVAL = 'workflow_approval';
/** One thing that an instance has done. */
export const WORKFLOW_HISTORY_ENTRY = 'workflow_history_entry';

export const WORKFLOW_INSTANCES_TABLE = '_workflow_instances';
export const WORKFLOW_APPROVALS_TABLE = '_workflow_approvals';
export const WORKFLOW_HISTORY_TABLE = '_workflow_history';

export const WORKFLOW_INSTANCE_STATUSES = ['running', 'waiting', 'completed', 'failed', 'cancelled'] as const;
export type WorkflowInstanceStatus = (typeof WORKFLOW_INSTANCE_STATUSES)[number];

export const WORKFLOW_APPROVAL_STATUSES = [
  'pending',
  'approved',
  'rejected',
  'timed_out',
  'cancelled',
] as const;
export type WorkflowApprovalStatus = (typeof WORKFLOW_APPROVAL_STATUSES)[number];

export const WORKFLOW_HISTORY_STATUSES = [
  'completed',
  'on_true',
  'on_false',
  'approved',
  'rejected',
  'timed_out',
  'waited',
  'received',
  'joined',
  'reassigned',
  'failed',
  'retried',
  'cancelled',
] as const;
export type WorkflowHistoryStatus = (typeof WORKFLOW_HISTORY_STATUSES)[number];

/** The parts that workflows add to those of a document. */
export interface EngineParts {
  readonly entities: readonly EntityDefinition[];
  readonly relations: readonly RelationDefinition[];
}

const NOTHING: EngineParts = { entities: [], relations: [] };

/** Nothing for a document without workflows. */
export function engineParts({ workflows }: Pick<AppDocument, 'workflows'>): EngineParts {
  return workflows.length === 0 ? NOTHING : { entities: ENTITIES, relations: RELATIONS };
}

/** Whether an entity of the engine can be asked for by itself, or as a part of another one only. */
export function engineOrigin(name: string): Exclude<EntityModel['origin'], 'document'> {
  return name === WORKFLOW_HISTORY_ENTRY ? 'engine_part' : 'engine';
}

/** Entities of which there can be events. */
export function toldEntities(document: Pick<AppDocument, 'entities' | 'workflows'>): readonly string[] {
  const own = engineParts(document).entities.filter(({ name }) => engineOrigin(name) === 'engine');
  return [...document.entities, ...own].map(({ name }) => name);
}

/** Whether an app has anything to ask for: one that has nothing is in no graph. */
export function hasSubgraph(document: Pick<AppDocument, 'entities' | 'workflows'>): boolean {
  return toldEntities(document).length > 0;
}

/** The entities that callers may write, whose tables are made for the model. */
export function documentEntities(model: Pick<AppModel, 'entities'>): readonly EntityModel[] {
  return [...model.entities.values()].filter(({ origin }) => origin === 'document');
}

type FieldKind = Omit<FieldDefinition, 'name' | 'description'>;

const TEXT: FieldKind = { type: 'string' };
const TIME: FieldKind = { type: 'timestamp' };
const REQUIRED = { required: true } as const;

function field(name: string, kind: FieldKind, description: string): FieldDefinition {
  return { name, ...kind, description };
}

const ID: FieldDefinition = { name: 'id', type: 'uuid' };
const INSTANCE_ID: FieldDefinition = { name: 'instance_id', type: 'uuid', ...REQUIRED };
/** What instances and approvals say of what they are about. */
const ABOUT: readonly FieldDefinition[] = [
  field('entity', TEXT, 'Entity of the record that it is about; null where it is about none.'),
  field('record_id', TEXT, 'Key of that record.'),
  field('started_by', TEXT, 'Id of the user whose change or call has started the instance; null for none.'),
];

const INSTANCE: EntityDefinition = {
  name: WORKFLOW_INSTANCE,
  table: WORKFLOW_INSTANCES_TABLE,
  description: 'One run of a workflow.',
  primary_key: { field: 'id', type: 'uuid', generated: true },
  fields: [
    ID,
    field('workflow', { ...TEXT, ...REQUIRED }, 'Name of the workflow.'),
    field('status', { ...TEXT, ...REQUIRED, enum: WORKFLOW_INSTANCE_STATUSES }, 'How it is.'),
    field('step', TEXT, 'Step that it is at; null where it has ended.'),
    ...ABOUT,
    field('context', { type: 'json', ...REQUIRED }, 'What the workflow keeps of what started it.'),
    field('error', TEXT, 'Why it has failed.'),
    field('approver_id', TEXT, 'Id of the user who has decided its last approval.'),
    field('started_at', { ...TIME, ...REQUIRED }, 'When it began.'),
    field('updated_at', { ...TIME, ...REQUIRED }, 'When it last went on.'),
    field('ended_at', TIME, 'When it was completed, failed or was cancelled.'),
    field('wakes_at', TIME, 'When it goes on by itself at the latest; null where it waits for no time.'),
  ],
};

const APPROVAL: EntityDefinition = {
  name: WORKFLOW_APPROVAL,
  table: WORKFLOW_APPROVALS_TABLE,
  description: 'A decision that a workflow asks for.',
  primary_key: { field: 'id', type: 'uuid', generated: true },
  // What is pending for callers depends on their roles also where policies do not tell them apart, as of admins.
  cache: { policy: 'private' },
  fields: [
    ID,
    INSTANCE_ID,
    field('workflow', { ...TEXT, ...REQUIRED }, 'Name of the workflow.'),
    field('step', { ...TEXT, ...REQUIRED }, 'Step that waits for the decision.'),
    field('status', { ...TEXT, ...REQUIRED, enum: WORKFLOW_APPROVAL_STATUSES }, 'What was decided.'),
    field(
      'assignee_role',
      TEXT,
      'Role whose members may decide, in lower case; null where one user is asked.',
    ),
    field('assignee_id', TEXT, 'Id of the user who may decide; null where a role is asked.'),
    ...ABOUT,
    field('comment', TEXT, 'What was said with the decision.'),
    field('decided_by', TEXT, 'Id of the user who has decided.'),
    field('created_at', { ...TIME, ...REQUIRED }, 'When it was asked for.'),
    field('due_at', TIME, 'When it is given up; null where it waits without end.'),
    field('decided_at', TIME, 'When it was decided, given up or cancelled.'),
  ],
};

const HISTORY_ENTRY: EntityDefinition = {
  name: WORKFLOW_HISTORY_ENTRY,
  table: WORKFLOW_HISTORY_TABLE,
  description: 'Something that an instance of a workflow has done.',
  primary_key: { field: 'id', type: 'bigint', generated: true },
  fields: [
    { name: 'id', type: 'bigint' },
    INSTANCE_ID,
    field('step', { ...TEXT, ...REQUIRED }, 'Step that it was done at.'),
    field('type', { ...TEXT, ...REQUIRED }, 'Type of the step.'),
    field('status', { ...TEXT, ...REQUIRED, enum: WORKFLOW_HISTORY_STATUSES }, 'What was done.'),
    field('actor', TEXT, 'Id of the user who did it; null where nobody did.'),
    field('comment', TEXT, 'What they said, or why the step failed.'),
    field('at', { ...TIME, ...REQUIRED }, 'When it was done.'),
  ],
};

const ENTITIES: readonly EntityDefinition[] = [INSTANCE, APPROVAL, HISTORY_ENTRY];

/** Lists come in the order of their keys, which is the order in which the entries of a history were made. */
const RELATIONS: readonly RelationDefinition[] = [
  ofInstance(WORKFLOW_APPROVAL, 'approvals', 'Decisions that it has asked for.'),
  ofInstance(WORKFLOW_HISTORY_ENTRY, 'history', 'What it has done, the first thing first.'),
];

function ofInstance(target: string, name: string, description: string): RelationDefinition {
  return {
    name: `${WORKFLOW_INSTANCE}_${name}`,
    type: 'one_to_many',
    source: WORKFLOW_INSTANCE,
    target,
    target_key: INSTANCE_ID.name,
    check_reference: false,
    description,
    graphql: { field: name, inverse_field: 'instance' },
  };
}
