/** The way that an instance of a workflow has gone, drawn for a terminal of 80 columns. */
import {
  SHOWN_ENTRIES,
  type WorkflowApproval,
  type WorkflowHistoryEntry,
  type WorkflowInstanceInFull,
} from '../../commands/workflow/workflow-graph.ts';
import { printable } from '../printable.ts';
import { recordText } from './instance-table.ts';
import type { WaysOn } from './ways-on.ts';
import { wrapText } from './wrap-text.ts';

const COLUMNS = 80;
const DONE = '● ';
const FAILED = '✗ ';
const OPEN = '○ ';
const END = '■ ';
const BESIDE = '│   ';
const BELOW = '    ';

export interface DrawOptions {
  readonly app: string;
  readonly waysOn: WaysOn;
}

export function drawInstance(instance: WorkflowInstanceInFull, options: DrawOptions): string {
  const { history } = instance;
  const cut =
    history.length < SHOWN_ENTRIES ? [] : [`… only the last ${SHOWN_ENTRIES} entries are shown`, '│'];
  return [...head(instance), '', ...cut, ...history.flatMap(entry), ...ending(instance, options)].join('\n');
}

function head(instance: WorkflowInstanceInFull): string[] {
  const { id, workflow, status, entity, recordId, startedAt, startedBy, error, context } = instance;
  const facts: (readonly [string, string | null])[] = [
    ['Workflow', workflow],
    ['Instance', id],
    ['Status', status],
    ['Record', recordText(entity, recordId)],
    ['Started', `${time(startedAt)}${startedBy === null ? '' : ` by ${startedBy}`}`],
    ['Context', JSON.stringify(context) ?? null],
    ['Error', error],
  ];
  return facts.flatMap(([name, value]) =>
    value === null ? [] : lines(name.padEnd(10), value, ' '.repeat(10)),
  );
}

function entry({ step, type, status, actor, comment, at }: WorkflowHistoryEntry): string[] {
  const mark = status === 'failed' ? FAILED : DONE;
  return [
    ...lines(mark, `${step}  ${type}  ${status.replaceAll('_', ' ')}`, BESIDE),
    ...lines(BESIDE, `${time(at)}${actor === null ? '' : ` by ${actor}`}`, BESIDE),
    ...(comment === null || comment === '' ? [] : lines(BESIDE, `"${comment}"`, BESIDE)),
    '│',
  ];
}

function ending(instance: WorkflowInstanceInFull, options: DrawOptions): string[] {
  const { id, status, step, endedAt, wakesAt, approvals } = instance;
  switch (status) {
    case 'waiting':
      return [
        ...approvals.flatMap((approval) => waiting(approval, options.waysOn)),
        ...(approvals.some((approval) => approval.step === step) || (step === null && approvals.length > 0)
          ? []
          : open(step, wakesAt === null ? 'waits for an event' : `waits until ${time(wakesAt)}`, options)),
      ];
    case 'running':
      return open(step, 'goes on as soon as a worker takes it', options);
    case 'failed':
      return lines(END, `failed; \`rocket workflow retry ${options.app} ${id}\` tries the step again`, BELOW);
    default:
      return lines(END, `${status}${endedAt === null ? '' : ` ${time(endedAt)}`}`, BELOW);
  }
}

function waiting(
  { step, assigneeRole, assigneeId, createdAt, dueAt }: WorkflowApproval,
  waysOn: WaysOn,
): string[] {
  const who = assigneeRole === null ? `user ${assigneeId ?? '-'}` : `role ${assigneeRole}`;
  return [
    ...lines(OPEN, `${step}  approval  waits for ${who}`, BELOW),
    ...lines(BELOW, `since ${time(createdAt)}${dueAt === null ? '' : `, until ${time(dueAt)}`}`, BELOW),
    ...next(step, waysOn),
  ];
}

function open(step: string | null, what: string, { waysOn }: DrawOptions): string[] {
  return [
    ...lines(OPEN, `${step === null ? '' : `${step}  `}${what}`, BELOW),
    ...(step === null ? [] : next(step, waysOn)),
  ];
}

function next(step: string, waysOn: WaysOn): string[] {
  const ways = waysOn.get(step) ?? [];
  return ways.length === 0 ? [] : lines(BELOW, ways.join(', '), BELOW);
}

/** A text of anybody, wrapped behind its mark; the other lines stand behind another one. */
function lines(mark: string, text: string, more: string): string[] {
  const width = COLUMNS - Math.max(mark.length, more.length);
  return wrapText(printable(text.replaceAll(/\s*\n\s*/g, ' ')), width).map(
    (line, at) => `${at === 0 ? mark : more}${line}`,
  );
}

function time(at: string): string {
  const parsed = new Date(at);
  return Number.isNaN(parsed.getTime()) ? at : `${parsed.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
