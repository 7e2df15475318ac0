/** Paths into what an instance knows, as documents write them. */
import { didYouMean } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { ExpressionScope, ExpressionShape } from '../../expressions/expression-shape.ts';
import type { ValuePath } from '../workflow-model.ts';
import { isAbsent, type Part, type WorkflowReport } from './reading.ts';
import { shapeAt } from './workflow-scope.ts';

const PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*$/;
/** Short forms, for `trigger.record_id` and `trigger.record`. */
const SHORT_ROOTS: ReadonlySet<string> = new Set(['record_id', 'record']);

/** With the short forms written out; null for what does not begin with a root. */
export function parsePath(text: unknown, roots: readonly string[]): ValuePath | null {
  if (typeof text !== 'string' || !PATH.test(text)) return null;
  const names = text.split('.');
  const [root = ''] = names;
  if (SHORT_ROOTS.has(root)) return ['trigger', ...names];
  return roots.includes(root) && names.length > 1 ? names : null;
}

/** The names of a context, with a warning for each that is always null. */
export function readContext(
  context: { readonly [name: string]: unknown },
  variables: ExpressionScope,
  report: WorkflowReport,
): ReadonlyMap<string, ValuePath> {
  const read = new Map<string, ValuePath>();
  for (const [name, source] of Object.entries(context)) {
    const path = parsePath(source, ['trigger']);
    if (path === null) {
      const message = `${showValue(source)} is not a path into the trigger and is always null`;
      report.warning([name], message, 'Write e.g. "trigger.record.title"');
    } else if (shapeAt(variables, path) === undefined) reportMissing(path, variables, reportAt(report, name));
    read.set(name, path ?? []);
  }
  return read;
}

function reportAt({ fault }: WorkflowReport, property: string): (message: string, hint?: string) => void {
  return (message, hint) => fault([property], message, hint);
}

/** A path of a step; null when it has a fault. `property` is required. */
export function readPath(
  { value, report }: Part,
  property: string,
  variables: ExpressionScope,
): { readonly path: ValuePath; readonly shape: ExpressionShape } | null {
  const text = value[property];
  const path = parsePath(text, ['trigger', 'context']);
  if (path === null) {
    const message = isAbsent(text) ? 'The property is required' : `${showValue(text)} is not a path`;
    report.fault([property], message, 'Write e.g. "context.record_id" or "trigger.record.id"');
    return null;
  }
  const shape = shapeAt(variables, path);
  if (shape !== undefined) return { path, shape };
  reportMissing(path, variables, reportAt(report, property));
  return null;
}

function reportMissing(
  path: ValuePath,
  variables: ExpressionScope,
  report: (message: string, hint?: string) => void,
): void {
  const end = path.findIndex((_, index) => shapeAt(variables, path.slice(0, index + 1)) === undefined);
  const parent = shapeAt(variables, path.slice(0, end));
  const name = path[end] ?? '';
  const label = `Nothing is known as ${JSON.stringify(path.slice(0, end + 1).join('.'))}`;
  const names = typeof parent === 'object' && parent.kind === 'object' ? parent.members.keys() : [];
  report(label, didYouMean(name, names));
}
