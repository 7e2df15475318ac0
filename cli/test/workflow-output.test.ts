import { parse } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import {
  CHANGES,
  LIST_INSTANCES,
  readInstance,
  readInstances,
  SHOW_INSTANCE,
  SHOWN_ENTRIES,
} from '../src/commands/workflow/workflow-graph.ts';
import { drawInstance } from '../src/output/workflow/draw-instance.ts';
import { formatInstances } from '../src/output/workflow/instance-table.ts';
import { readWaysOn } from '../src/output/workflow/ways-on.ts';

const ID = '6f1c2f9e-8f0a-4c53-9a53-0f7f0c1f7c11';
const KEY = 'c0000000-0000-4000-8000-000000000001';
const USER = '7d3c0000-0000-4000-8000-00000000000a';
const at = (minute: number) => `2026-11-20T10:0${minute}:03.123456+00:00`;

/** As the graph answers. */
const LISTED = {
  ...{ id: ID, workflow: 'discount_approval', status: 'WAITING', step: 'finance', entity: 'deal' },
  ...{ recordId: KEY, error: null, startedAt: at(0), updatedAt: at(2), endedAt: null },
  wakesAt: '2026-11-22T10:02:03+00:00',
};
const entry = (step: string, more: object = {}) => ({
  ...{ step, type: 'action', status: 'completed', actor: null, comment: null, at: at(1) },
  ...more,
});
const PENDING = {
  ...{ id: 'a-1', step: 'finance', status: 'PENDING', assigneeRole: 'finance', assigneeId: null },
  ...{ createdAt: at(2), dueAt: '2026-11-22T10:02:03+00:00' },
};
const FULL = {
  ...LISTED,
  ...{ context: { amount: 1200, customer: 'Acme' }, startedBy: USER, approvals: [PENDING] },
  // The last one first.
  history: [
    entry('large', { type: 'condition', status: 'on_true', at: at(2) }),
    entry('manager', { type: 'approval', status: 'approved', actor: USER, comment: 'fine\nwith me' }),
    entry('notify', { at: at(0) }),
  ],
};
const STEPS = `[
  { "id": "notify", "type": "action", "actions": [], "then": "manager" },
  { "id": "large", "type": "condition", "on_true": { "goto": "finance" } },
  { "id": "finance", "type": "approval", "timeout": "48h", "on_approve": { "goto": "pay" }, "on_reject": "end" },
  { "id": "manager", "type": "approval", "on_approve": "large", "on_reject": "end" },
  { "id": "paid", "type": "wait", "event": "paid", "timeout": "1h", "on_timeout": "end", "then": "end" },
  { "id": "both", "type": "parallel", "branches": ["a"], "then": null },
  { "id": "odd", "type": "new", "then": "x" }
]`;
const DOCUMENT = {
  workflows: [
    { name: 'other', steps: [] },
    { name: 'discount_approval', steps: JSON.parse(STEPS) },
  ],
};

function drawn(more: object = {}, document: unknown = DOCUMENT): string {
  const instance = readInstance({ instance: { ...FULL, ...more } });
  if (instance === null) throw new Error('There is no instance');
  return drawInstance(instance, { app: 'crm', waysOn: readWaysOn(document, 'discount_approval') });
}

test('the operations are GraphQL', () => {
  for (const text of [LIST_INSTANCES, SHOW_INSTANCE, ...Object.values(CHANGES)])
    expect(parse(text)).toBeTruthy();
});

describe('answers', () => {
  it('are read with small letters and the oldest entry first', () => {
    expect(readInstances({ instances: [LISTED] })).toEqual([{ ...LISTED, status: 'waiting' }]);
    const instance = readInstance({ instance: FULL });
    expect(instance?.history.map(({ step }) => step)).toEqual(['notify', 'manager', 'large']);
    expect(instance?.approvals).toEqual([{ ...PENDING, status: 'pending' }]);
    expect(readInstance({ instance: null })).toBe(null);
  });

  it.each([null, {}, { instance: { ...FULL, history: null } }, { instance: { ...FULL, id: 1 } }])(
    'of another form are refused: case %#',
    (data) => {
      expect(() => readInstance(data)).toThrow();
    },
  );
});

describe('a list', () => {
  it('is a table', () => {
    const [header, row] = formatInstances([{ app: 'crm', ...LISTED, status: 'waiting' }]).split('\n');
    expect(header).toMatch(/^APP {3}ID +WORKFLOW +STATUS +STEP +RECORD +STARTED +WAKES$/);
    expect(row?.split(/ {3,}/)).toEqual([
      ...[
        'crm',
        ID,
        'discount_approval',
        'waiting',
        'finance',
        `deal ${KEY}`,
        LISTED.startedAt,
        LISTED.wakesAt,
      ],
    ]);
    expect(formatInstances([])).toBe('There are no such instances.');
  });

  it('shows what is not there as a dash, and no commands to a terminal', () => {
    const bare = { app: 'crm', ...LISTED, step: null, entity: null, recordId: null, wakesAt: null };
    expect(formatInstances([bare]).split('\n')[1]?.split(/ {3,}/).slice(4)).toEqual([
      ...['-', '-', LISTED.startedAt, '-'],
    ]);
    expect(formatInstances([{ ...bare, step: 'a\u001b[2Jb' }])).not.toContain('\u001b');
  });
});

describe('an instance', () => {
  it('is drawn with its way, what it waits for, and what comes next', () => {
    expect(drawn()).toBe(`Workflow  discount_approval
Instance  ${ID}
Status    waiting
Record    deal ${KEY}
Started   2026-11-20 10:00:03 UTC by ${USER}
Context   {"amount":1200,"customer":"Acme"}

● notify  action  completed
│   2026-11-20 10:00:03 UTC
│
● manager  approval  approved
│   2026-11-20 10:01:03 UTC by ${USER}
│   "fine with me"
│
● large  condition  on true
│   2026-11-20 10:02:03 UTC
│
○ finance  approval  waits for role finance
    since 2026-11-20 10:02:03 UTC, until 2026-11-22 10:02:03 UTC
    approved -> pay, rejected -> end, timed out -> end`);
  });

  it.each([
    [
      { status: 'RUNNING', step: 'notify', approvals: [] },
      '○ notify  goes on as soon as a worker takes it\n    then -> manager',
    ],
    [
      { step: 'paid', approvals: [] },
      '○ paid  waits until 2026-11-22 10:02:03 UTC\n    then -> end, timed out -> end',
    ],
    [
      { step: 'paid', approvals: [], wakesAt: null },
      '○ paid  waits for an event\n    then -> end, timed out -> end',
    ],
    [
      { status: 'COMPLETED', step: null, approvals: [], endedAt: at(5) },
      '■ completed 2026-11-20 10:05:03 UTC',
    ],
    [{ status: 'CANCELLED', step: null, approvals: [], endedAt: null }, '■ cancelled'],
    [
      { approvals: [{ ...PENDING, assigneeRole: null, assigneeId: USER, dueAt: null }] },
      `○ finance  approval  waits for user ${USER}\n    since 2026-11-20 10:02:03 UTC\n    approved -> pay, rejected -> end, timed out -> end`,
    ],
  ])('ends with where it stands: case %#', (more, end) => {
    expect(drawn(more).endsWith(`│\n${end}`)).toBe(true);
  });

  it('in parallel branches waits for all that is open', () => {
    const text = drawn({ step: null, approvals: [PENDING, { ...PENDING, id: 'a-2', step: 'manager' }] });
    expect(text).toContain('○ finance  approval  waits for role finance');
    expect(text).toContain('○ manager  approval  waits for role finance');
    expect(text).toContain('    approved -> large, rejected -> end');
  });

  it('that failed says why, where, and how it goes on', () => {
    const failed = entry('notify', { status: 'failed', comment: 'The receiver\u001b[2J answers 500' });
    const text = drawn({
      status: 'FAILED',
      error: 'The receiver answers 500',
      approvals: [],
      history: [failed],
    });
    expect(text).toContain('Error     The receiver answers 500');
    expect(text).toContain('✗ notify  action  failed');
    expect(text).toContain('"The receiver\u{FFFD}[2J answers 500"');
    expect(text.replaceAll('\n    ', ' ')).toContain(
      `■ failed; \`rocket workflow retry crm ${ID}\` tries the step again`,
    );
  });

  it('says nothing of what comes next where the document does not', () => {
    for (const document of [null, { workflows: [] }, { workflows: 'none' }]) {
      expect(drawn({}, document)).not.toContain('->');
    }
    expect(readWaysOn(DOCUMENT, 'discount_approval').get('both')).toEqual(['then -> end']);
    expect(readWaysOn(DOCUMENT, 'discount_approval').get('odd')).toEqual([]);
  });

  it('fits in 80 columns, whatever is in it', () => {
    const long = 'word '.repeat(60);
    const text = drawn({
      ...{ workflow: 'w'.repeat(200), context: { long }, error: 'x'.repeat(300) },
      history: [entry('s'.repeat(100), { comment: long, actor: `${'u'.repeat(90)} ${long}` })],
    });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text.replaceAll('\n', '').replaceAll(/\s+/g, '')).toContain('w'.repeat(200));
  });

  it('with a long way shows the last of it', () => {
    const history = Array.from({ length: SHOWN_ENTRIES }, (_, index) => entry(`step_${index}`));
    expect(drawn({ history })).toContain(`\n… only the last ${SHOWN_ENTRIES} entries are shown\n`);
  });
});
