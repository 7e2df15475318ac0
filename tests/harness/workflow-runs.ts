/** What tests ask about instances of workflows, by GraphQL alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fieldOf, type World } from './world.ts';

const POLL_MS = 15;
const TIMEOUT_MS = 15_000;

export interface Run {
  readonly id: string;
  readonly status: string;
  readonly step: string | null;
  readonly error: string | null;
  readonly approverId: string | null;
  readonly startedBy: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  readonly history: readonly {
    readonly step: string;
    readonly status: string;
    readonly actor: string | null;
  }[];
  readonly approvals: readonly { readonly id: string; readonly status: string }[];
}

const RUN = `id status step error approverId startedBy context history { step status actor } approvals { id status }`;

export interface WorkflowRuns {
  /** All instances about a record. */
  of(recordId: string): Promise<readonly Run[]>;
  /** The one instance about a record, once it has the status. @throws when there are several, or it takes too long */
  reached(recordId: string, status: string): Promise<Run>;
  /** The instance, once its approval is pending, with the id of that. */
  asks(recordId: string): Promise<Run & { readonly approval: string }>;
  /** Codes of the errors with which it was answered, of either kind; none when it was decided. */
  decide(how: 'approve' | 'reject', approval: string, token?: string): Promise<readonly unknown[]>;
}

export function workflowRuns(world: World, app: string): WorkflowRuns {
  const of = async (recordId: string): Promise<readonly Run[]> => {
    const query = `{ workflowInstances(where: { recordId: { eq: "${recordId}" } }) { ${RUN} } }`;
    return fieldOf<Run[]>(await world.askApp(app, query, { once: true }), 'workflowInstances');
  };
  const reached = async (recordId: string, status: string): Promise<Run> => {
    const deadlineMs = Date.now() + TIMEOUT_MS;
    for (;;) {
      const [run, ...more] = await of(recordId);
      if (more.length > 0) throw new Error(`${more.length + 1} instances are about ${recordId}`);
      if (run?.status === status) return run;
      if (Date.now() > deadlineMs) throw new Error(`It is not ${status}: ${JSON.stringify(run)}`);
      await sleep(POLL_MS);
    }
  };
  return {
    of,
    reached,
    async asks(recordId) {
      const run = await reached(recordId, 'WAITING');
      const pending = run.approvals.find(({ status }) => status === 'PENDING');
      if (pending === undefined) throw new Error(`Nothing is pending: ${JSON.stringify(run)}`);
      return { ...run, approval: pending.id };
    },
    async decide(how, approval, token = world.adminToken) {
      const mutation = `mutation { it: ${how}Step(id: "${approval}") { errors { code } } }`;
      const { data, errors } = await world.askApp(app, mutation, { token });
      const it = data?.['it'] as { errors: { code: string }[] } | null | undefined;
      return [
        ...errors.map(({ extensions }) => extensions['code']),
        ...(it?.errors ?? []).map(({ code }) => code),
      ];
    },
  };
}

/** What it has done, as `step status` with the statuses of the format. */
export function doneBy({ history }: Pick<Run, 'history'>): readonly string[] {
  return history.map(({ step, status }) => `${step} ${status.toLowerCase()}`);
}
