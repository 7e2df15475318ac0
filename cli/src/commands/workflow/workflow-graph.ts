/** What the commands ask of an app's graph about its workflows, and the forms of the answers. */
import { type AppName, RocketError, type WorkflowInstanceStatus } from '@rocket/schema';
import { z } from 'zod';
import { askServer } from '../../admin/client.ts';
import type { AdminConnection } from '../../admin/connection.ts';

/** In the graph the values are in capitals, as all values of enums are. */
const lowerCase = z.string().transform((text) => text.toLowerCase());
const nullable = z.string().nullable();

const Instance = z.object({
  ...{ id: z.string(), workflow: z.string(), status: lowerCase, step: nullable },
  ...{ entity: nullable, recordId: nullable, error: nullable },
  ...{ startedAt: z.string(), updatedAt: z.string(), endedAt: nullable, wakesAt: nullable },
});
const INSTANCE = 'id workflow status step entity recordId error startedAt updatedAt endedAt wakesAt';

const Approval = z.object({
  ...{ id: z.string(), step: z.string(), status: lowerCase },
  ...{ assigneeRole: nullable, assigneeId: nullable, createdAt: z.string(), dueAt: nullable },
});

const HistoryEntry = z.object({
  ...{ step: z.string(), type: z.string(), status: lowerCase },
  ...{ actor: nullable, comment: nullable, at: z.string() },
});

const InstanceInFull = Instance.extend({
  context: z.unknown(),
  startedBy: nullable,
  approvals: z.array(Approval),
  history: z.array(HistoryEntry),
});

export type WorkflowInstance = z.output<typeof Instance>;
export type WorkflowApproval = z.output<typeof Approval>;
export type WorkflowHistoryEntry = z.output<typeof HistoryEntry>;
/** `approvals` are those that are pending; `history` begins with the oldest of its last {@link SHOWN_ENTRIES}. */
export type WorkflowInstanceInFull = z.output<typeof InstanceInFull>;

/** As many as a list of the graph has at a time. */
export const SHOWN_ENTRIES = 200;

export const LIST_INSTANCES = `query ListInstances($where: WorkflowInstanceWhere, $limit: Int!) {
  instances: workflowInstances(where: $where, orderBy: [{ startedAt: DESC }], limit: $limit) { ${INSTANCE} }
}`;
export const SHOW_INSTANCE = `query ShowInstance($id: ID!) {
  instance: workflowInstance(id: $id) {
    ${INSTANCE} context startedBy
    approvals(where: { status: { eq: PENDING } }, limit: ${SHOWN_ENTRIES}) {
      id step status assigneeRole assigneeId createdAt dueAt
    }
    history(orderBy: [{ id: DESC }], limit: ${SHOWN_ENTRIES}) { step type status actor comment at }
  }
}`;
const changing = (mutation: string): string => `mutation Change($id: ID!, $comment: String) {
  changed: ${mutation}(id: $id, comment: $comment) { instance: workflowInstance { ${INSTANCE} } errors { code message } }
}`;
export const CHANGES = { cancel: changing('cancelWorkflow'), retry: changing('retryWorkflow') } as const;

const Listed = z.object({ instances: z.array(Instance) });
const Shown = z.object({ instance: InstanceInFull.nullable() });
const Changed = z.object({
  changed: z.object({
    instance: Instance.nullable(),
    errors: z.array(z.object({ code: z.string(), message: z.string() })),
  }),
});

export interface InstanceFilter {
  /** Of any status when there is none. */
  readonly statuses: readonly WorkflowInstanceStatus[];
  readonly workflow: string | null;
  readonly limit: number;
}

/** The workflows of an app, asked as an administrator. */
export interface WorkflowGraph {
  /** The last started ones first. */
  list(filter: InstanceFilter): Promise<readonly WorkflowInstance[]>;
  /** @throws RocketError `NOT_FOUND` */
  show(id: string): Promise<WorkflowInstanceInFull>;
  /** @throws RocketError `NOT_FOUND`, or `CONFLICT` with the reason when the instance cannot be changed so */
  change(
    kind: keyof typeof CHANGES,
    input: { id: string; comment: string | null },
  ): Promise<WorkflowInstance>;
}

export function workflowGraph(connection: AdminConnection, app: AppName): WorkflowGraph {
  const ask = async (query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { data, errors } = await askServer({ connection, path: `/apps/${app}/graphql`, query, variables });
    const [error] = errors;
    if (error !== undefined) throw asked(error, app);
    return data;
  };
  return {
    async list({ statuses, workflow, limit }) {
      const where = {
        ...(statuses.length === 0 ? {} : { status: { in: statuses.map((status) => status.toUpperCase()) } }),
        ...(workflow === null ? {} : { workflow: { eq: workflow } }),
      };
      // A filter without any condition is refused.
      const filter = Object.keys(where).length === 0 ? {} : { where };
      return readInstances(await ask(LIST_INSTANCES, { ...filter, limit }));
    },
    async show(id) {
      const instance = readInstance(await ask(SHOW_INSTANCE, { id }));
      if (instance === null) throw missing(app, id);
      return instance;
    },
    async change(kind, { id, comment }) {
      const { instance, errors } = Changed.parse(await ask(CHANGES[kind], { id, comment })).changed;
      const [error] = errors;
      if (error?.code === 'NOT_FOUND' || (error === undefined && instance === null)) throw missing(app, id);
      if (error !== undefined || instance === null) throw new RocketError('CONFLICT', error?.message);
      return instance;
    },
  };
}

/** @throws ZodError */
export function readInstances(data: unknown): readonly WorkflowInstance[] {
  return Listed.parse(data).instances;
}

/** @throws ZodError */
export function readInstance(data: unknown): WorkflowInstanceInFull | null {
  const { instance } = Shown.parse(data);
  return instance === null ? null : { ...instance, history: instance.history.toReversed() };
}

/** The graph of an app without workflows does not have the fields. */
function asked(error: RocketError, app: AppName): RocketError {
  if (error.code !== 'GRAPHQL_VALIDATION_FAILED') return error;
  return new RocketError('NOT_FOUND', `App ${app} has no workflows`, { cause: error });
}

function missing(app: AppName, id: string): RocketError {
  return new RocketError('NOT_FOUND', `App ${app} has no workflow instance ${id}`, {
    details: { hint: `\`rocket workflow list --app ${app}\` shows what there is` },
  });
}
