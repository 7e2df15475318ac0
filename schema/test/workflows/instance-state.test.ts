import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeToken,
  counted,
  currentStep,
  earliestDue,
  firstState,
  fork,
  type InstanceState,
  moveOn,
  readInstanceState,
  readyToken,
  statusOf,
} from '../../src/workflows/instance-state.ts';
import { WorkflowFault } from '../../src/workflows/workflow-fault.ts';
import type { Goto, ParallelStep, StepModel, WorkflowModel } from '../../src/workflows/workflow-model.ts';

const END: Goto = { kind: 'end' };
const to = (name: string): Goto => ({ kind: 'step', step: name });

function parallel(id: string, branches: readonly string[], more: Partial<ParallelStep> = {}): ParallelStep {
  return { kind: 'parallel', id, branches, join: 'all', ...more, [THEN]: more.then ?? END } as ParallelStep;
}
/** An object written with a `then` looks like a promise to linters. */
const THEN = 'then';

function workflowOf(...steps: readonly StepModel[]): WorkflowModel {
  return {
    ...{ name: 'w', active: true, context: new Map(), first: steps[0]?.id ?? '' },
    trigger: { kind: 'manual', entity: null, roles: null },
    steps: new Map(steps.map((step) => [step.id, step])),
  };
}

const places = (state: InstanceState) => state.tokens.map(({ id, step, phase }) => `${id} ${step} ${phase}`);

describe('a state', () => {
  const workflow = workflowOf(parallel('p', ['a', 'b'], { [THEN]: to('after') }));
  const forked = fork(firstState(workflow), 1, ['a', 'b']);

  it('begins at the first step, and ends where its only token ends', () => {
    const state = firstState(workflow);
    expect([places(state), statusOf(state), currentStep(state)]).toEqual([['1 p ready'], 'running', 'p']);
    const { state: ended, joined, givenUp } = moveOn(workflow, state, { id: 1, to: END });
    expect([statusOf(ended), currentStep(ended), joined, givenUp]).toEqual(['completed', null, [], []]);
  });

  it('counts how many steps a token has left, and forgets its failures with each', () => {
    const failed = changeToken(firstState(workflow), 1, { phase: 'ready', failures: 3, dueAt: null });
    const { state } = moveOn(workflow, failed, { id: 1, to: to('after') });
    expect(state.tokens).toEqual([
      { id: 1, parent: null, step: 'after', phase: 'ready', failures: 0, left: 1, dueAt: null },
    ]);
  });

  it('waits where no token is ready, and wakes with the earliest', () => {
    const early = changeToken(forked, 2, { phase: 'waiting', dueAt: '2026-01-02T00:00:00+02:00' });
    expect(statusOf(early)).toBe('running');
    const waiting = changeToken(early, 3, { phase: 'retrying', dueAt: '2026-01-01T23:00:00Z' });
    expect([statusOf(waiting), earliestDue(waiting)]).toEqual(['waiting', '2026-01-02T00:00:00+02:00']);
    expect(earliestDue(forked)).toBe(null);
  });

  it('joins all when the last branch ends', () => {
    expect(places(forked)).toEqual(['1 p joining', '2 a ready', '3 b ready']);
    const one = moveOn(workflow, forked, { id: 2, to: END });
    expect([places(one.state), one.joined]).toEqual([['1 p joining', '3 b ready'], []]);
    const both = moveOn(workflow, one.state, { id: 3, to: END });
    expect([places(both.state), both.joined.map(({ step }) => step)]).toEqual([['1 after ready'], ['p']]);
  });

  it('joins any with the first, and gives up what is below the others', () => {
    const nested = workflowOf(
      parallel('p', ['a', 'q'], { join: 'any', [THEN]: to('after') }),
      parallel('q', ['c', 'd']),
    );
    const inner = fork(fork(firstState(nested), 1, ['a', 'q']), 3, ['c', 'd']);
    const { state, givenUp, joined } = moveOn(nested, inner, { id: 2, to: END });
    expect(places(state)).toEqual(['1 after ready']);
    expect(givenUp.map(({ step }) => step)).toEqual(['q', 'c', 'd']);
    expect(joined.map(({ step }) => step)).toEqual(['p']);
  });

  it('joins outwards at once, innermost first', () => {
    const nested = workflowOf(parallel('p', ['q']), parallel('q', ['c']));
    const inner = fork(fork(firstState(nested), 1, ['q']), 2, ['c']);
    const { state, joined } = moveOn(nested, inner, { id: 3, to: END });
    expect([statusOf(state), joined.map(({ step }) => step)]).toEqual(['completed', ['q', 'p']]);
  });

  it('stays as it is for a token that is gone', () => {
    expect(moveOn(workflow, forked, { id: 9, to: END })).toEqual({ state: forked, givenUp: [], joined: [] });
  });

  it('cannot join at a step that has no branches any more', () => {
    const gotos = {
      [THEN]: END,
      onTrue: END,
      onFalse: END,
      onApprove: END,
      onReject: END,
      onTimeout: END,
    } as const;
    const other = workflowOf({ kind: 'broken', id: 'p', type: 'parallel', reason: 'gone', gotos });
    expect(() => moveOn(other, forked, { id: 2, to: END })).toThrow(WorkflowFault);
  });

  it('is read back as it was written, and nothing else is', () => {
    expect(readInstanceState(JSON.parse(JSON.stringify(counted(forked))))).toEqual({ ...forked, begun: 1 });
    expect(() => readInstanceState({ tokens: [{ id: 0 }], next: 1, begun: 0 })).toThrow();
  });
});

/** Parallel steps in one another, three deep at most, with leaves that end their branch. */
const NESTED = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constant(null),
    fc.record({
      any: fc.boolean(),
      below: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).tree;

type Tree = { readonly any: boolean; readonly below: readonly Tree[] } | null;

function stepsOf(tree: Tree, id: string): StepModel[] {
  if (tree === null) return [{ kind: 'action', id, actions: [], [THEN]: END } as StepModel];
  const ids = tree.below.map((_, index) => `${id}.${index}`);
  const below = tree.below.flatMap((each, index) => stepsOf(each, `${id}.${index}`));
  return [parallel(id, ids, { join: tree.any ? 'any' : 'all' }), ...below];
}

describe('any order of steps', () => {
  it('loses no token, joins each parallel step once, and ends', () => {
    fc.assert(
      fc.property(NESTED, fc.infiniteStream(fc.nat()), (tree, choices) => {
        const workflow = workflowOf(...stepsOf(tree, 's'));
        let state = firstState(workflow);
        const ended: string[] = [];
        const forked: string[] = [];
        while (statusOf(state) !== 'completed') {
          const ready = state.tokens.filter(({ phase }) => phase === 'ready');
          expect(readyToken(state)).toBe(ready[0]);
          const token = ready[(choices.next().value ?? 0) % ready.length];
          if (token === undefined) throw new Error('Nothing goes on');
          const step = workflow.steps.get(token.step);
          const before = state.tokens.length;
          if (step?.kind === 'parallel') {
            forked.push(step.id);
            state = fork(state, token.id, step.branches);
            expect(state.tokens).toHaveLength(before + step.branches.length);
          } else {
            const moved = moveOn(workflow, state, { id: token.id, to: END });
            ended.push(...[...moved.joined, ...moved.givenUp].map((each) => each.step));
            state = moved.state;
            expect(state.tokens).toHaveLength(before - 1 - moved.joined.length - moved.givenUp.length);
          }
          const ids = state.tokens.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(state.tokens.every(({ parent }) => parent === null || ids.includes(parent))).toBe(true);
        }
        expect(new Set(ended).size).toBe(ended.length);
        expect(forked.every((id) => ended.includes(id))).toBe(true);
      }),
    );
  });
});
