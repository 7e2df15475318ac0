/** Values and conditions of steps, from what an instance knows. */
import type { ExpressionVariables } from '../expressions/values/evaluation.ts';
import type { TriggerFacts } from './trigger-facts.ts';
import { type InstanceContext, valueAt } from './value-path.ts';
import type { ExpressionModel, ValueModel, WorkflowModel } from './workflow-model.ts';

const NOTHING: InstanceContext = Object.freeze(Object.create(null));

/** What an instance keeps of its trigger, under the names of the workflow. Null where there is nothing. */
export function instanceContext({ context }: WorkflowModel, trigger: TriggerFacts): InstanceContext {
  const values: Record<string, unknown> = Object.create(null);
  for (const [name, path] of context)
    values[name] = path.length === 0 ? null : valueAt(path, { trigger, context: NOTHING });
  return values;
}

/**
 * A value, with all that is within it, in the form in which a write of the field is given it: times and dates as texts.
 * @param known of a step: `context`, `trigger` and `now`, its instant; of a transition what its guard sees
 * @throws ExpressionError when an expression has no value
 */
export function evaluateValue(value: ValueModel, known: ExpressionVariables): unknown {
  switch (value.kind) {
    case 'literal':
      return value.value;
    case 'now': {
      const instant = known.now.toISOString();
      return value.form === 'day' ? instant.slice(0, instant.indexOf('T')) : instant;
    }
    case 'expression':
      return value.expression.evaluate(known);
    case 'list':
      return value.items.map((item) => evaluateValue(item, known));
    case 'object':
      return Object.fromEntries(
        [...value.members].map(([name, member]) => [name, evaluateValue(member, known)] as const),
      );
    default:
      return value satisfies never;
  }
}

/**
 * Whether a condition holds. Null always does.
 * @param variables of a step: `context`, `trigger` and `now`, and of a wait for an event `payload` and `event` too
 * @throws ExpressionError when it has no value
 */
export function evaluateCondition(
  condition: ExpressionModel | null,
  variables: ExpressionVariables,
): boolean {
  return condition === null || Boolean(condition.evaluate(variables));
}
