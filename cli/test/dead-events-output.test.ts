import { describe, expect, it } from 'vitest';
import { WrongUsage } from '../src/command-line.ts';
import { chosenEvents } from '../src/commands/events/dead/chosen-events.ts';
import { formatDeadEvent, formatDeadEvents, formatReplayed } from '../src/output/dead-events.ts';

const EVENT = {
  ...{ id: '17', consumer: 'workflows', app: 'crm', subject: 'rocket.ev.crm.deal.update', position: 42 },
  ...{ cause: 'Error: it failed\n    at somewhere', diedAt: '2026-01-02T03:04:05.678Z' },
};

describe('dead events', () => {
  it('are listed with the first line of their cause', () => {
    const [header, row, ...more] = formatDeadEvents({ events: [EVENT], count: 1 }).split('\n');
    expect(header?.split(/ {3,}/)).toEqual(['ID', 'APP', 'CONSUMER', 'DIED AT', 'SUBJECT', 'CAUSE']);
    expect(row?.split(/ {3,}/)).toEqual([
      ...['17', 'crm', 'workflows', EVENT.diedAt, EVENT.subject, 'Error: it failed'],
    ]);
    expect(more).toEqual([]);
  });

  it('are told to be more than are shown', () => {
    expect(formatDeadEvents({ events: [EVENT], count: 1_234 })).toContain('\n\n1,234 in all; --limit');
    expect(formatDeadEvents({ events: [], count: 3 })).toBe('There are no dead events.');
  });

  it('give no commands to a terminal, and cut long causes', () => {
    const odd = { ...EVENT, app: null, cause: `\u001b[2J${'x'.repeat(100)}` };
    const text = formatDeadEvents({ events: [odd], count: 1 });
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/x{56}…$/);
  });

  it('are shown with all that is known', () => {
    expect(
      formatDeadEvent({ ...EVENT, payload: '{"n":12345678901234567890}' }),
    ).toBe(`Event 17, given up by workflows at 2026-01-02T03:04:05.678Z
App       crm
Subject   rocket.ev.crm.deal.update
Position  42

Cause
  Error: it failed
      at somewhere

Event
  {"n":12345678901234567890}`);
  });

  it('are told what came out of them', () => {
    const done = { id: '17', app: 'crm', outcome: 'handled', code: null, message: null };
    expect(formatReplayed(done)).toBe('17  crm  handled');
    const failed = { ...done, app: null, outcome: 'failed', code: 'NOT_FOUND', message: 'no\u001b' };
    expect(formatReplayed(failed)).toBe('17  -  failed: NOT_FOUND no\u{FFFD}');
  });
});

describe('a choice of dead events', () => {
  it('is of ids, of a filter, or of all', () => {
    expect(chosenEvents({ ids: ['1', '2', '1'] })).toEqual({ kind: 'ids', ids: ['1', '2'] });
    expect(chosenEvents({ ids: [], app: 'crm', consumer: 'workflows' })).toEqual({
      ...{ kind: 'filter', filter: { app: 'crm', consumer: 'workflows' } },
      text: ' of app crm that workflows gave up',
    });
    expect(chosenEvents({ all: true })).toEqual({
      ...{ kind: 'filter', filter: { app: null, consumer: null }, text: '' },
    });
  });

  it.each([
    {},
    { ids: [] },
    { ids: ['1'], all: true },
    { app: 'crm', all: true },
    { ids: ['1'], app: 'crm' },
  ])('has to be one: %j', (given) => {
    expect(() => chosenEvents(given)).toThrow(WrongUsage);
  });
});
