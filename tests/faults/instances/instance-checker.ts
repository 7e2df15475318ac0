/** What is wrong with what workflows have left, compared with what was asked of them. */
import { type Decision, STEPS } from './checked-workflows.ts';

export interface TimerFired {
  /** What ended with the timer: it fired, or what it was for was over before. */
  readonly step: 'ask' | 'rest';
  /** By the clock of the database, in ms: how long after its time it went; negative before. */
  readonly lateMs: number;
}

export interface CheckedInstance {
  readonly workflow: string;
  readonly job: string;
  readonly status: string;
  readonly error: string | null;
}

/** All of it as it is in the database. */
export interface LeftBehind {
  readonly jobs: readonly string[];
  readonly instances: readonly CheckedInstance[];
  readonly effects: readonly { readonly job: string; readonly step: string }[];
  readonly approvals: readonly { readonly id: string; readonly job: string; readonly status: string }[];
  /** Of the step `ask`. */
  readonly decisions: readonly { readonly job: string; readonly status: string }[];
  /** Of timers that were there. */
  readonly timers: readonly (TimerFired & { readonly job: string })[];
  /** Timers that have not fired. */
  readonly timersLeft: number;
}

/** What callers were answered. */
export interface Answered {
  readonly created: readonly string[];
  /** Of each approval, the decision that was taken. */
  readonly decided: ReadonlyMap<string, Decision>;
}

const WORKFLOWS = ['build', 'ship'] as const;

export function instanceFaults(left: LeftBehind, answered: Answered): readonly string[] {
  const stored = new Set(left.jobs);
  return [
    ...answered.created.filter((job) => !stored.has(job)).map((job) => `job ${job} is lost`),
    ...left.jobs.flatMap((job) => jobFaults(job, left)),
    ...left.approvals.flatMap(({ id, status }) => {
      const decision = answered.decided.get(id);
      return decision === undefined || decision === status ? [] : [`${id} was ${decision}, and is ${status}`];
    }),
    ...(left.timersLeft > 0 ? [`${left.timersLeft} timers are left`] : []),
    ...left.instances
      .filter(({ job }) => !stored.has(job))
      .map(({ job }) => `an instance is about no job ${job}`),
  ];
}

function jobFaults(job: string, left: LeftBehind): readonly string[] {
  const faults: string[] = [];
  const own = <T extends { readonly job: string }>(all: readonly T[]) =>
    all.filter((each) => each.job === job);
  for (const workflow of WORKFLOWS) {
    const instances = own(left.instances).filter((each) => each.workflow === workflow);
    const is = instances.map(({ status, error }) => (error === null ? status : `${status} (${error})`));
    if (is.join() !== 'completed') faults.push(`${workflow} of ${job} is [${is}]`);
  }
  const decisions = own(left.decisions).map(({ status }) => status);
  const approvals = own(left.approvals).map(({ status }) => status);
  if (decisions.length !== 1 || approvals.join() !== decisions.join())
    faults.push(`the approvals of ${job} are [${approvals}], its decisions [${decisions}]`);
  const expected = [...STEPS, ...approvals].sort();
  const effects = own(left.effects).map(({ step }) => step);
  if (effects.sort().join() !== expected.join())
    faults.push(`${job} has left [${effects}] for [${expected}]`);
  for (const step of ['ask', 'rest'] as const) {
    const timers = own(left.timers).filter((each) => each.step === step);
    if (timers.length !== 1) faults.push(`${timers.length} timers of ${step} of ${job} have gone`);
    const mayBeEarly = step === 'ask' && decisions[0] !== 'timed_out';
    if (!mayBeEarly && timers.some(({ lateMs }) => lateMs < 0))
      faults.push(`${step} of ${job} went too early`);
  }
  return faults;
}
