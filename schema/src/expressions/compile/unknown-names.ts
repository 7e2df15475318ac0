/** What may have been meant by a variable or function that there is not. */
import { didYouMeanOf, nearestName } from '../../document/faults/nearest-name.ts';
import type { CallStyle } from '../expression.ts';
import type { ExpressionScope } from '../expression-shape.ts';
import { FUNCTIONS } from './functions.ts';

const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['now', 'Write now()'],
  ['related', 'A rule names the relations that it reads in "related_load"'],
  ['Math', 'Of its functions there is abs(x)'],
  ['Date', 'Write now(), or date(x)'],
]);

/** Calls that do not take one value alone. */
const OPERANDS: ReadonlyMap<string, string> = new Map([
  ['now', 'now()'],
  ['matches', "matches(x, 'pattern')"],
  ['includes', 'x.includes(y), or y in x'],
]);

export function variableHint(name: string, scope: ExpressionScope): string {
  const known = VARIABLES.get(name);
  if (known !== undefined) return known;
  const record = scope.get('record');
  const isField = typeof record === 'object' && record.kind === 'object' && record.members.has(name);
  if (isField) return `Did you mean "record.${name}"?`;
  const names = didYouMeanOf('Known', name, scope.keys());
  return nearestName(name, scope.keys()) === undefined ? `Texts stand in quotes. ${names}` : names;
}

/** Who mixes the dialects may take a function for a method. */
export function callHint(style: CallStyle, name: string): string {
  const isFunction = FUNCTIONS.function.has(name) || name === 'matches';
  if (style !== 'function' && isFunction) return `Write ${OPERANDS.get(name) ?? `${name}(x)`}`;
  if (style === 'function' && FUNCTIONS.method.has(name))
    return `Write ${OPERANDS.get(name) ?? `x.${name}()`}`;
  const names = [...FUNCTIONS[style].keys(), ...(style === 'function' ? ['matches'] : [])];
  return didYouMeanOf('Known', name, names);
}
