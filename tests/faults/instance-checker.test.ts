/** The judge of the fault test of workflows finds what an engine could do wrong. */
import { describe, expect, test } from 'vitest';
import { STEPS } from './instances/checked-workflows.ts';
import { type Answered, instanceFaults, type LeftBehind } from './instances/instance-checker.ts';

const job = 'a';
const instance = { job, workflow: 'build', status: 'completed', error: null };
const shipped = { ...instance, workflow: 'ship' };
const effects = [...STEPS, 'approved'].map((step) => ({ job, step }));
const RIGHT: LeftBehind = {
  jobs: [job],
  instances: [instance, shipped],
  effects,
  approvals: [{ id: 'p', job, status: 'approved' }],
  decisions: [{ job, status: 'approved' }],
  timers: [
    { job, step: 'ask', lateMs: -300 },
    { job, step: 'rest', lateMs: 3 },
  ],
  timersLeft: 0,
};
const ANSWERED: Answered = { created: [job], decided: new Map([['p', 'approved']]) };

const faults = (wrong: Partial<LeftBehind>, answered: Partial<Answered> = {}) =>
  instanceFaults({ ...RIGHT, ...wrong }, { ...ANSWERED, ...answered });

const CASES: readonly (readonly [string, Partial<LeftBehind>, Partial<Answered>])[] = [
  ['an effect is there twice', { effects: [...effects, { job, step: 'second' }] }, {}],
  ['an effect is not there', { effects: effects.slice(1) }, {}],
  ['both paths were taken', { effects: [...effects, { job, step: 'timed_out' }] }, {}],
  ['an instance is lost', { instances: [instance] }, {}],
  ['an instance is there twice', { instances: [instance, instance, shipped] }, {}],
  ['an instance is stuck', { instances: [{ ...instance, status: 'waiting' }, shipped] }, {}],
  ['an instance has failed', { instances: [instance, { ...shipped, status: 'failed', error: 'why' }] }, {}],
  ['an instance is of nothing', { instances: [instance, shipped, { ...shipped, job: 'b' }] }, {}],
  ['an acknowledged job is lost', {}, { created: [job, 'b'] }],
  ['an approval is decided twice', { decisions: [...RIGHT.decisions, { job, status: 'timed_out' }] }, {}],
  ['an acknowledged decision does not count', {}, { decided: new Map([['p', 'rejected']]) }],
  ['a timer is there still', { timersLeft: 1 }, {}],
  ['a timer has fired twice', { timers: [...RIGHT.timers, { job, step: 'rest', lateMs: 9 }] }, {}],
  [
    'a timer has fired early',
    {
      timers: [
        { job, step: 'ask', lateMs: 1 },
        { job, step: 'rest', lateMs: -1 },
      ],
    },
    {},
  ],
];

test('nothing is wrong with what is right', () => {
  expect(faults({})).toEqual([]);
});

describe('one fault is found where', () => {
  test.each(CASES)('%s', (_, wrong, answered) => {
    expect(faults(wrong, answered)).toHaveLength(1);
  });

  test('an approval that timed out did so before its time', () => {
    const late = [...STEPS, 'timed_out'].map((step) => ({ job, step }));
    const wrong = { effects: late, approvals: [{ id: 'q', job, status: 'timed_out' }] };
    expect(faults({ ...wrong, decisions: [{ job, status: 'timed_out' }] })).toEqual([
      'ask of a went too early',
    ]);
  });
});
