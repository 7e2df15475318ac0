/**
 * Where an instance is: its tokens, each of which stands at a step. Pure functions, so that what follows what can be told
 * without a database. An instance begins with one token; a parallel step waits with its own while those of its branches
 * go on.
 */
import { z } from 'zod';
import type { WorkflowInstanceStatus } from './engine-entities.ts';
import { WorkflowFault } from './workflow-fault.ts';
import type { Goto, WorkflowModel } from './workflow-model.ts';

const token = z.object({
  /** From 1, never used twice in one instance. */
  id: z.int().positive(),
  /** Token of the parallel step that it is a branch of; null for the first one. */
  parent: z.int().positive().nullable(),
  step: z.string(),
  /**
   * `ready`: its step is to be run. `waiting`: for a decision, a time or an event. `retrying`: to be run again, as it has
   * failed. `joining`: for branches.
   */
  phase: z.enum(['ready', 'waiting', 'retrying', 'joining']),
  /** How many times its step has failed since it was reached. */
  failures: z.int().min(0),
  /** How many steps it has left. With its id it names the run of a step, however often that is repeated. */
  left: z.int().min(0),
  /** When it stops waiting, ISO 8601; null without end. */
  dueAt: z.string().nullable(),
});

const instanceState = z.object({
  tokens: z.array(token).readonly(),
  /** Id of the next token. */
  next: z.int().positive(),
  /** Steps that were begun, so that no instance goes on for ever. */
  begun: z.int().min(0),
});

export type Token = Readonly<z.infer<typeof token>>;
export type InstanceState = Readonly<z.infer<typeof instanceState>>;

/** Of one instance: more than any that is meant, and few enough that one which goes round in a circle ends soon. */
export const MAX_STEPS_OF_INSTANCE = 1_000;

/** What a move has led to. */
export interface Moved {
  readonly state: InstanceState;
  /** Tokens that were given up: nothing they waited for is wanted any more. */
  readonly givenUp: readonly Token[];
  /** Parallel steps that ended by it, innermost first. */
  readonly joined: readonly Token[];
}

/** @throws ZodError for what no version of the engine has written */
export function readInstanceState(json: unknown): InstanceState {
  return instanceState.parse(json);
}

export function firstState(workflow: Pick<WorkflowModel, 'first'>): InstanceState {
  return { tokens: [newToken(1, null, workflow.first)], next: 2, begun: 0 };
}

/** What is to be done next; the oldest branch first. */
export function readyToken({ tokens }: InstanceState): Token | null {
  return tokens.find(({ phase }) => phase === 'ready') ?? null;
}

export function tokenOf({ tokens }: InstanceState, id: number): Token | null {
  return tokens.find((each) => each.id === id) ?? null;
}

/** Of an instance that goes on by itself or waits; how others end is not to be seen from it. */
export function statusOf(
  state: InstanceState,
): Extract<WorkflowInstanceStatus, 'running' | 'waiting' | 'completed'> {
  if (state.tokens.length === 0) return 'completed';
  return readyToken(state) === null ? 'waiting' : 'running';
}

/** The step that is shown for the instance: of the oldest branch; null at the end. */
export function currentStep({ tokens }: InstanceState): string | null {
  return (tokens.find(({ phase }) => phase !== 'joining') ?? tokens[0])?.step ?? null;
}

/** Earliest time at which a token stops waiting. */
export function earliestDue({ tokens }: InstanceState): string | null {
  const times = tokens.map(({ dueAt }) => dueAt).filter((at) => at !== null);
  return times.length === 0 ? null : times.reduce((a, b) => (Date.parse(b) < Date.parse(a) ? b : a));
}

/** The step of the token has begun. */
export function counted(state: InstanceState): InstanceState {
  return { ...state, begun: state.begun + 1 };
}

export function changeToken(
  state: InstanceState,
  id: number,
  change: Partial<Pick<Token, 'phase' | 'failures' | 'dueAt'>>,
): InstanceState {
  return { ...state, tokens: state.tokens.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

/** A parallel step begins its branches. */
export function fork(state: InstanceState, id: number, branches: readonly string[]): InstanceState {
  const joining = changeToken(state, id, { phase: 'joining', failures: 0, dueAt: null });
  const added = branches.map((step, index) => newToken(state.next + index, id, step));
  return { ...joining, tokens: [...joining.tokens, ...added], next: state.next + added.length };
}

/**
 * The token leaves its step. At an end, its parallel step may end too, and so on outwards.
 * @throws WorkflowFault when that step is none any more
 */
export function moveOn(workflow: WorkflowModel, state: InstanceState, of: { id: number; to: Goto }): Moved {
  const leaving = tokenOf(state, of.id);
  if (leaving === null) return { state, givenUp: [], joined: [] };
  if (of.to.kind === 'step') {
    const moved = { ...newToken(leaving.id, leaving.parent, of.to.step), left: leaving.left + 1 };
    const tokens = state.tokens.map((each) => (each.id === leaving.id ? moved : each));
    return { state: { ...state, tokens }, givenUp: [], joined: [] };
  }
  return join(workflow, { ...state, tokens: state.tokens.filter((each) => each.id !== leaving.id) }, leaving);
}

function join(workflow: WorkflowModel, state: InstanceState, ended: Token): Moved {
  const parent = ended.parent === null ? null : tokenOf(state, ended.parent);
  if (parent === null) return { state, givenUp: [], joined: [] };
  const step = workflow.steps.get(parent.step);
  if (step?.kind !== 'parallel') throw new WorkflowFault(`The step ${parent.step} has no branches any more`);
  const others = descendants(state, parent.id);
  if (others.length > 0 && step.join === 'all') return { state, givenUp: [], joined: [] };
  const tokens = state.tokens.filter((each) => !others.includes(each));
  const moved = moveOn(workflow, { ...state, tokens }, { id: parent.id, to: step.then });
  return {
    state: moved.state,
    givenUp: [...others, ...moved.givenUp],
    joined: [parent, ...moved.joined],
  };
}

function descendants({ tokens }: InstanceState, id: number): readonly Token[] {
  const within = new Set([id]);
  // Branches come after their parallel step.
  return tokens.filter((each) => {
    if (each.parent === null || !within.has(each.parent)) return false;
    within.add(each.id);
    return true;
  });
}

function newToken(id: number, parent: number | null, step: string): Token {
  return { id, parent, step, phase: 'ready', failures: 0, left: 0, dueAt: null };
}
