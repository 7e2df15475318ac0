/** Where the steps of a workflow lead, as a graph. Of a broken step nobody knows it. */
import type { Goto, StepModel, WorkflowModel } from './workflow-model.ts';

/** Steps that no path from the first one reaches, in the order of the document. */
export function unreachedSteps({ steps, first }: WorkflowModel): readonly string[] {
  const reached = new Set<string>();
  const pending = [first];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const step = steps.get(id);
    if (step === undefined || reached.has(id)) continue;
    reached.add(id);
    pending.push(...nextSteps(step));
  }
  return [...steps.keys()].filter((id) => !reached.has(id));
}

/**
 * Steps that follow each other without end, each before the next and the last before the first: neither a person, nor
 * time, nor a condition ever stops them. Null where there are none.
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

function stops({ kind }: StepModel): boolean {
  return kind !== 'action' && kind !== 'parallel';
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
