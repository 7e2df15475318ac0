/** An app with tickets whose workflow asks supervisors, and some instances of it in its tables. */
import type { Database } from '@rocket/platform';
import { createReadApp, type ReadApp } from './read-app.ts';

export const ANN = '10000000-0000-4000-8000-000000000001';
export const BEN = '10000000-0000-4000-8000-000000000002';

const FIRST_INSTANCE = 'a0000000-0000-4000-8000-000000000000';
const FIRST_APPROVAL = 'b0000000-0000-4000-8000-000000000000';
const STARTED_AT = Date.parse('2026-01-01T00:00:00Z');

export const instanceId = (number: number) => numbered(FIRST_INSTANCE, number);
export const approvalId = (number: number) => numbered(FIRST_APPROVAL, number);

function numbered(id: string, number: number): string {
  return `${id.slice(0, -String(number).length)}${number}`;
}

const workflow = (name: string, role: string) => ({
  name,
  trigger: { type: 'state_change', entity: 'ticket', field: 'status', to: 'done' },
  steps: [{ id: 'ask', type: 'approval', assignee: { type: 'role', role } }],
});

export const DESK_DOCUMENT = {
  version: 1,
  entities: [
    {
      ...{ name: 'ticket', table: 'tickets' },
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        { name: 'id', type: 'uuid' },
        { name: 'status', type: 'string', enum: ['open', 'done'] },
      ],
    },
  ],
  permissions: [{ entity: 'ticket', action: 'read', roles: ['Agent', 'public'] }],
  workflows: [workflow('closing', 'Supervisor'), workflow('refund', 'cashier')],
};

export interface InstanceRow {
  readonly number: number;
  readonly workflow?: string;
  readonly status?: string;
  readonly entity?: string | null;
  readonly startedBy?: string | null;
  readonly history?: readonly string[];
}

export interface ApprovalRow {
  readonly number: number;
  readonly instance: number;
  readonly status?: string;
  readonly role?: string | null;
  readonly user?: string | null;
}

const INSTANCES: readonly InstanceRow[] = [
  { number: 1, status: 'waiting', history: ['completed', 'on_true'] },
  { number: 2, status: 'completed', startedBy: ANN, history: ['approved'] },
  { number: 3, status: 'waiting', workflow: 'refund' },
  { number: 4, status: 'failed', workflow: 'refund', entity: null, startedBy: BEN },
];

const APPROVALS: readonly ApprovalRow[] = [
  { number: 1, instance: 1, role: 'supervisor' },
  { number: 2, instance: 2, role: 'supervisor', status: 'approved' },
  { number: 3, instance: 3, role: 'cashier' },
  { number: 4, instance: 3, user: ANN },
  { number: 5, instance: 4, user: BEN },
];

export async function createDeskApp(): Promise<ReadApp> {
  const app = await createReadApp(DESK_DOCUMENT);
  for (const row of INSTANCES) await insertInstance(app.database, row);
  for (const row of APPROVALS) await insertApproval(app.database, row);
  return app;
}

async function insertInstance(database: Database, row: InstanceRow): Promise<void> {
  const { number, workflow: name = 'closing', status = 'running', entity = 'ticket', startedBy = null } = row;
  const at = new Date(STARTED_AT + number * 60_000).toISOString();
  await database.query({
    text: `INSERT INTO "_workflow_instances" (id, workflow, status, step, entity, record_id, context, started_by,
        started_at, updated_at, definition_hash, trigger, state, depth, started_for)
      VALUES ($1, $2, $3, 'ask', $4, $5, '{"amount": 1.50}', $6, $7, $7, 'h', '{}', '{}', 0, $5)`,
    values: [instanceId(number), name, status, entity, `r${number}`, startedBy, at],
  });
  for (const each of row.history ?? []) {
    await database.query({
      text: `INSERT INTO "_workflow_history" (instance_id, step, type, status, at) VALUES ($1, 'ask', 'approval', $2, $3)`,
      values: [instanceId(number), each, at],
    });
  }
}

async function insertApproval(database: Database, row: ApprovalRow): Promise<void> {
  const { number, instance, status = 'pending', role = null, user = null } = row;
  const { workflow: name = 'closing', startedBy = null } =
    INSTANCES.find((each) => each.number === instance) ?? {};
  await database.query({
    text: `INSERT INTO "_workflow_approvals" (id, instance_id, workflow, step, status, assignee_role, assignee_id,
        started_by, created_at, token)
      VALUES ($1, $2, $3, 'ask', $4, $5, $6, $7, $8, 1)`,
    values: [
      approvalId(number),
      instanceId(instance),
      name,
      status,
      role,
      user,
      startedBy,
      new Date(STARTED_AT + number * 60_000).toISOString(),
    ],
  });
}
