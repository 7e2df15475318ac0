import type { Hint } from '../document/faults/fault-collector.ts';
import type { JsonPath } from '../document/faults/json-path.ts';
import {
  checkExpression,
  compileExpression,
  type EvaluateExpression,
} from '../expressions/compile/compile-expression.ts';
import type { Expression, ExpressionFault } from '../expressions/expression.ts';
import type { ExpressionScope } from '../expressions/expression-shape.ts';
import { parseExpression } from '../expressions/parse/parse-expression.ts';

/** Told of each fault, at its path within what is read. */
export type Report = (path: JsonPath, message: string, hint?: Hint) => void;

export interface ReadExpression {
  readonly expression: Expression;
  readonly evaluate: EvaluateExpression;
}

/** Null when the expression has faults, which are reported with their positions: `7: Unknown field "totl"`. */
export function readExpression(
  text: string,
  scope: ExpressionScope,
  report: (message: string, hint?: Hint) => void,
): ReadExpression | null {
  const parsed = parseExpression(text);
  const faults: readonly ExpressionFault[] = parsed.ok
    ? checkExpression(parsed.expression, scope)
    : [parsed.fault];
  for (const { position, message, hint } of faults) report(`${position}: ${message}`, hint);
  if (!parsed.ok || faults.length > 0) return null;
  return { expression: parsed.expression, evaluate: compileExpression(parsed.expression, scope) };
}
