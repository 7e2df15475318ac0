/** Where the steps of a workflow lead, as a graph. Of a broken step nobody knows it. */
import { parseExpression } from '../expressions/parse/parse-expression.ts';
import { referencesOf } from '../expressions/references.ts';
import type { ExpressionModel, Goto, StepModel, WorkflowModel } from './workflow-model.ts';

/** Steps that no path from the first one reaches, in the order of the document. */
export function unreachedSteps(workflow: WorkflowModel): readonly string[] {
  const reached = reachedFrom(workflow, [workflow.first]);
  return [...workflow.steps.keys()].filter((id) => !reached.has(id));
}

/** Where a branch of a parallel step leads where it should not, by the place of the branch in its step. */
export interface BranchFault {
  readonly step: string;
  readonly branch: number;
  /** `own`: to the parallel step itself, which would begin again and again. */
  readonly kind: 'own' | 'sibling';
  /** The step that the branch leads to. */
  readonly target: string;
}

/** In the order of the document. Steps behind the first one of a sibling branch are run once more by each that gets there. */
export function branchFaults(workflow: WorkflowModel): readonly BranchFault[] {
  return [...workflow.steps.values()].flatMap((step) => {
    if (step.kind !== 'parallel') return [];
    return step.branches.flatMap((first, branch): BranchFault[] => {
      const reached = reachedFrom(workflow, [first]);
      if (reached.has(step.id)) return [{ step: step.id, branch, kind: 'own', target: step.id }];
      const sibling = step.branches.find((other) => other !== first && reached.has(other));
      return sibling === undefined ? [] : [{ step: step.id, branch, kind: 'sibling', target: sibling }];
    });
  });
}

function reachedFrom({ steps }: WorkflowModel, first: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [...first];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const step = steps.get(id);
    if (step === undefined || reached.has(id)) continue;
    reached.add(id);
    pending.push(...nextSteps(step));
  }
  return reached;
}

/**
 * Steps that follow each other without end, each before the next and the last before the first: neither a person, nor
 * time, nor a condition that looks at something ever stops them. Null where there are none.
 */
export function endlessSteps({ steps }: WorkflowModel): readonly string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): readonly string[] | null => {
    const start = path.indexOf(id);
    if (start !== -1) return path.slice(start);
    const step = steps.get(id);
    if (step === undefined || done.has(id) || stops(step)) return null;
    path.push(id);
    for (const next of nextSteps(step)) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(id);
    return null;
  };
  for (const id of steps.keys()) {
    const cycle = visit(id);
    if (cycle !== null) return cycle;
  }
  return null;
}

function stops(step: StepModel): boolean {
  if (step.kind === 'condition') return !isConstant(step.expression);
  return step.kind !== 'action' && step.kind !== 'parallel';
}

/** It names nothing that an instance knows, so it is the same for all of them. */
function isConstant({ text }: ExpressionModel): boolean {
  const parsed = parseExpression(text);
  return parsed.ok && referencesOf(parsed.expression).every(({ variable }) => variable === 'now');
}

function nextSteps(step: StepModel): readonly string[] {
  switch (step.kind) {
    case 'action':
      return targets(step.then);
    case 'condition':
      return targets(step.onTrue, step.onFalse);
    case 'approval':
      return targets(step.onApprove, step.onReject, step.onTimeout);
    case 'wait':
      return targets(step.then, ...(step.until.kind === 'event' ? [step.until.onTimeout] : []));
    case 'parallel':
      return [...step.branches, ...targets(step.then)];
    case 'broken':
      return [];
    default:
      return step satisfies never;
  }
}

function targets(...gotos: readonly Goto[]): readonly string[] {
  return gotos.flatMap((goto) => (goto.kind === 'step' ? [goto.step] : []));
}
