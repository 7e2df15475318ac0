import { addressProblem, readHeaders } from '../../behaviour/read-webhook.ts';
import { didYouMeanOf } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { ActionModel } from '../workflow-model.ts';
import { readOptionalValue } from './read-values.ts';
import { isObject, type Part, readText } from './reading.ts';

const METHODS = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] as const;

/** A webhook of a step; null when it has faults. */
export function readCall(part: Part, variables: ExpressionScope): ActionModel | null {
  const { value, report } = part;
  const url = readText(part, 'url');
  const problem = url === null ? null : addressProblem(url);
  if (problem !== null) report.fault(['url'], problem.message, problem.hint);
  const given = value['method'] ?? 'POST';
  const method = METHODS.find((known) => known === given);
  if (method === undefined)
    report.fault(['method'], `${showValue(given)} is not an allowed value`, () =>
      didYouMeanOf('Allowed', given, METHODS),
    );
  const headers = readHeaderTexts(part);
  const body = readOptionalValue(part, 'body', variables);
  if (url === null || problem !== null || method === undefined) return null;
  return headers === null || body === undefined ? null : { kind: 'webhook', url, method, headers, body };
}

function readHeaderTexts({ value, report }: Part): ReturnType<typeof readHeaders> {
  const given = value['headers'] ?? {};
  const texts = new Map<string, string>();
  if (isObject(given))
    for (const [name, text] of Object.entries(given)) {
      if (typeof text === 'string') texts.set(name, text);
      else report.fault(['headers', name], `${showValue(text)} is not a text`);
    }
  else report.fault(['headers'], `${showValue(given)} is not an object`);
  const read = readHeaders(Object.fromEntries(texts), report.fault);
  return isObject(given) && texts.size === Object.keys(given).length ? read : null;
}
