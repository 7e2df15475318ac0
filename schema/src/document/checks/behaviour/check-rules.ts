import { didYouMeanOf } from '../../faults/nearest-name.ts';
import { showValue } from '../../faults/show-value.ts';
import type { RuleDefinition } from '../../types.ts';
import { type CheckContext, findEntity, findField, type Located } from '../context.ts';

const RULE_OPERATORS: ReadonlySet<string> = new Set(['min', 'max', 'min_length', 'max_length', 'pattern']);

/** Rules name existing fields; an unknown operator only warns, since documents in use rely on it passing. */
export function checkRules(context: CheckContext): void {
  for (const rule of context.parts.rules) {
    const entity = findEntity(context, rule.value.entity, [...rule.path, 'entity']);
    if (rule.value.type !== 'expression') {
      const path = [...rule.path, 'definition', 'field'];
      const field = rule.value.definition['field'];
      if (typeof field !== 'string') context.faults.error(path, 'The rule must name a field');
      else if (entity !== undefined) findField(context, entity, { value: field, path });
    }
    if (rule.value.type === 'field') checkOperator(context, rule);
    else checkExpression(context, rule);
  }
}

function checkOperator(context: CheckContext, { value, path }: Located<RuleDefinition>): void {
  const operator = value.definition['operator'];
  if (typeof operator === 'string' && RULE_OPERATORS.has(operator)) return;
  const message = `The rule operator ${showValue(operator ?? null)} is unknown, so the rule checks nothing`;
  context.faults.warning([...path, 'definition', 'operator'], message, () =>
    didYouMeanOf('Known', operator, RULE_OPERATORS),
  );
}

function checkExpression(context: CheckContext, { value, path }: Located<RuleDefinition>): void {
  const expression = value.definition['expression'];
  if (typeof expression === 'string' && expression.trim() !== '') return;
  context.faults.error([...path, 'definition', 'expression'], 'The rule needs an expression, as text');
}
