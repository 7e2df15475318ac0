import { didYouMean, didYouMeanOf } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { BrokenGotos, Goto, ParallelStep, StepModel } from '../workflow-model.ts';
import { readActions } from './read-actions.ts';
import { readAssignee } from './read-assignee.ts';
import { readTime, readWait } from './read-wait.ts';
import {
  isAbsent,
  isObject,
  type JsonObject,
  type Part,
  readExpressionModel,
  UNHEARD,
  type WorkflowReport,
  warnOfUnknown,
} from './reading.ts';
import type { WorkflowEntity, WorkflowScope } from './workflow-scope.ts';

type StepKind = Exclude<StepModel['kind'], 'broken'>;

const STEPS: Readonly<Record<StepKind, readonly string[]>> = {
  action: ['actions', 'then'],
  condition: ['expression', 'on_true', 'on_false'],
  approval: ['assignee', 'timeout', 'on_approve', 'on_reject', 'on_timeout'],
  wait: ['duration', 'until', 'event', 'condition', 'timeout', 'on_timeout', 'then'],
  parallel: ['branches', 'join', 'then'],
};
const KINDS = Object.keys(STEPS);
const MAX_BRANCHES = 50;
/** The name of a next step that ends the instance, or its branch. */
export const END = 'end';

export interface StepScope {
  readonly scope: WorkflowScope;
  /** Of the trigger's record. */
  readonly entity: WorkflowEntity | undefined;
  readonly variables: ExpressionScope;
  /** Of all steps of the workflow. */
  readonly ids: ReadonlySet<string>;
}

/** One with a fault is broken. */
export function readStep(
  definition: JsonObject & { readonly id: string; readonly type: string },
  of: StepScope,
  report: WorkflowReport,
): StepModel {
  const { id, type } = definition;
  const reasons: string[] = [];
  const fault: WorkflowReport['fault'] = (path, message, hint) => {
    reasons.push(`${path.join('.')}: ${message}`);
    report.fault(path, message, hint);
  };
  const part: Part = { value: definition, report: { fault, warning: report.warning } };
  const step = isKind(type) ? readKind(part, { id, kind: type }, of) : null;
  if (!isKind(type))
    fault(['type'], `The step type ${showValue(type)} is unknown`, () => didYouMeanOf('Known', type, KINDS));
  if (step !== null && reasons.length === 0) return step;
  const reason = reasons[0] ?? 'The step names an entity that cannot be read';
  return { kind: 'broken', id, type, reason, gotos: brokenGotos(definition, of.ids) };
}

/** Their faults have been told of. */
function brokenGotos(value: JsonObject, ids: ReadonlySet<string>): BrokenGotos {
  const part: Part = { value, report: UNHEARD };
  const goto = (property: string): Goto => readGoto(part, property, ids) ?? { kind: 'end' };
  const then = goto('then');
  return {
    then,
    onTrue: goto('on_true'),
    onFalse: goto('on_false'),
    onApprove: goto('on_approve'),
    onReject: goto('on_reject'),
    onTimeout: goto('on_timeout'),
  };
}

function isKind(type: string): type is StepKind {
  return KINDS.includes(type);
}

function readKind(
  part: Part,
  { id, kind }: { readonly id: string; readonly kind: StepKind },
  of: StepScope,
): StepModel | null {
  warnOfUnknown(part, ['id', 'type', ...STEPS[kind]]);
  const goto = (property: string): Goto | null => readGoto(part, property, of.ids);
  switch (kind) {
    case 'action': {
      const [actions, then] = [readActions(part, of), goto('then')];
      return then && { kind, id, actions, then };
    }
    case 'condition': {
      const expression = readExpressionModel(part, 'expression', of.variables)?.model;
      const [onTrue, onFalse] = [goto('on_true'), goto('on_false')];
      return expression && onTrue && onFalse ? { kind, id, expression, onTrue, onFalse } : null;
    }
    case 'approval': {
      const assignee = readAssignee(part, of.entity, of.scope);
      const timeoutMs = readTime(part, 'timeout');
      const [onApprove, onReject, onTimeout] = [goto('on_approve'), goto('on_reject'), goto('on_timeout')];
      if (assignee === null || timeoutMs === undefined) return null;
      if (onApprove === null || onReject === null || onTimeout === null) return null;
      return { kind, id, assignee, timeoutMs, onApprove, onReject, onTimeout };
    }
    case 'wait': {
      const [until, then] = [readWait(part, { ...of, readGoto: goto }), goto('then')];
      return until && then && { kind, id, until, then };
    }
    case 'parallel':
      return readParallel(part, id, of);
    default:
      return kind satisfies never;
  }
}

function readParallel(part: Part, id: string, { ids }: StepScope): ParallelStep | null {
  const { value, report } = part;
  const join = value['join'] ?? 'all';
  const then = readGoto(part, 'then', ids);
  const branches = readBranches(part, ids);
  const isJoin = join === 'all' || join === 'any';
  if (!isJoin) report.fault(['join'], `${showValue(join)} is not an allowed value`, 'Allowed: all, any');
  return branches === null || then === null || !isJoin
    ? null
    : { kind: 'parallel', id, branches, join, then };
}

function readBranches({ value, report }: Part, ids: ReadonlySet<string>): readonly string[] | null {
  const given = value['branches'];
  if (!Array.isArray(given) || given.length === 0) {
    report.fault(['branches'], 'The step needs a list of branches', 'Write ["first_step", "other_step"]');
    return null;
  }
  if (given.length > MAX_BRANCHES) {
    report.fault(['branches'], `The step has ${given.length} branches; ${MAX_BRANCHES} are allowed`);
    return null;
  }
  const read = new Set<string>();
  for (const [index, item] of given.entries()) {
    const part: Part = { value: { [index]: item }, report: { ...report, fault: atBranches(report) } };
    const goto = readGoto(part, index, ids);
    if (goto === null) continue;
    if (goto.kind === 'end') report.fault(['branches', index], 'A branch begins with a step');
    else if (read.has(goto.step))
      report.fault(['branches', index], `${showValue(goto.step)} is a branch twice`);
    else read.add(goto.step);
  }
  return read.size === given.length ? [...read] : null;
}

function atBranches({ fault }: WorkflowReport): WorkflowReport['fault'] {
  return (path, message, hint) => fault(['branches', ...path], message, hint);
}

/** Null when it has a fault; the end where there is none. */
function readGoto({ value, report }: Part, property: string | number, ids: ReadonlySet<string>): Goto | null {
  const given = value[property];
  if (isAbsent(given)) return { kind: 'end' };
  const target = isObject(given) ? given['goto'] : given;
  const place = isObject(given) ? [property, 'goto'] : [property];
  if (target === END) return { kind: 'end' };
  if (typeof target === 'string' && ids.has(target)) return { kind: 'step', step: target };
  if (typeof target === 'string')
    report.fault(place, `There is no step ${showValue(target)}`, () => didYouMean(target, [...ids, END]));
  else report.fault([property], `${showValue(given)} names no step`, 'Write {"goto": "step_id"} or "end"');
  return null;
}
