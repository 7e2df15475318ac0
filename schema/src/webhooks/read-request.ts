/** The request of an action: of a step of a workflow, or of a transition. */
import type { Report } from '../behaviour/read-expression.ts';
import { addressProblem, readHeaders } from '../behaviour/read-webhook.ts';
import { didYouMeanOf } from '../document/faults/nearest-name.ts';
import { showValue } from '../document/faults/show-value.ts';
import { isRawNumber } from '../values/exact-json.ts';
import {
  type RequestHeader,
  WEBHOOK_METHODS,
  type WebhookMethod,
  type WebhookRequest,
} from './webhook-request.ts';

type Definition = Readonly<Record<string, unknown>>;

/** Null when it has faults, which are reported at paths within the action. */
export function readRequest(definition: Definition, report: Report): WebhookRequest | null {
  const url = readUrl(definition, report);
  const method = readMethod(definition, report);
  const headers = readHeaderTexts(definition, report);
  return url === null || method === null || headers === null ? null : { url, method, headers };
}

function readUrl({ url }: Definition, report: Report): string | null {
  if (typeof url !== 'string' || url === '') {
    report(['url'], 'The action must name an address');
    return null;
  }
  const problem = addressProblem(url);
  if (problem === null) return url;
  report(['url'], problem.message, problem.hint);
  return null;
}

function readMethod({ method: given = 'POST' }: Definition, report: Report): WebhookMethod | null {
  const method = WEBHOOK_METHODS.find((known) => known === given);
  if (method !== undefined) return method;
  report(['method'], `${showValue(given)} is not an allowed value`, () =>
    didYouMeanOf('Allowed', given, WEBHOOK_METHODS),
  );
  return null;
}

function readHeaderTexts(
  { headers: given = {} }: Definition,
  report: Report,
): readonly RequestHeader[] | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || isRawNumber(given)) {
    report(['headers'], `${showValue(given)} is not an object`);
    return null;
  }
  const entries = Object.entries(given);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  for (const [name, value] of entries)
    if (typeof value !== 'string') report(['headers', name], `${showValue(value)} is not a text`);
  const read = readHeaders(Object.fromEntries(texts), report);
  return texts.length === entries.length ? read : null;
}
