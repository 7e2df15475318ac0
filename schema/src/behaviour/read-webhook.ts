import { showValue } from '../document/faults/show-value.ts';
import type { WebhookDefinition } from '../document/webhook-definition.ts';
import type { ExpressionScope, ExpressionShape } from '../expressions/expression-shape.ts';
import { BACKOFFS, DEFAULT_RETRY, type RetryPolicy } from '../webhooks/retry-policy.ts';
import { type BehaviourScope, changesShape, expressionScope } from './behaviour-scope.ts';
import { readHeaderTemplate } from './header-template.ts';
import { type Report, readExpression } from './read-expression.ts';
import type { WebhookModel } from './webhook-model.ts';

/** A `token` of HTTP. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Latin-1 without control characters, which is what a header can carry. */
const HEADER_VALUE = /^[\t\x20-\x7E\xA0-\xFF]*$/;

/** They belong to the connection, and the client sets them itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Null when the webhook has faults. They are reported at paths within it. Its address is checked elsewhere. */
export function readWebhook(
  definition: WebhookDefinition,
  scope: BehaviourScope,
  report: Report,
): WebhookModel | null {
  const headers = readHeaders(definition.headers ?? {}, report);
  const condition = readCondition(definition, scope, report);
  if (headers === null || condition === undefined) return null;
  const { hook: event = 'after_write', method = 'POST', url } = definition;
  return { event, url, method, headers, condition };
}

/** A kind of backoff that is not known has been warned of, and is the usual one. */
export function readRetry({ retry = {} }: WebhookDefinition): RetryPolicy {
  return {
    maxAttempts: retry.max_attempts ?? DEFAULT_RETRY.maxAttempts,
    backoff: BACKOFFS.find((known) => known === retry.backoff) ?? DEFAULT_RETRY.backoff,
  };
}

/** Null when a header has a fault, which is reported at `headers.<name>`. */
export function readHeaders(
  headers: Readonly<Record<string, string>>,
  report: Report,
): WebhookModel['headers'] | null {
  const seen = new Set<string>();
  let isGood = true;
  const fault = (name: string, message: string) => {
    isGood = false;
    report(['headers', name], message);
  };
  const read = Object.entries(headers).map(([name, value]) => {
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name)) fault(name, `${showValue(name)} is not the name of a header`);
    else if (OWN_HEADERS.has(lower)) fault(name, `The header ${name} cannot be chosen`);
    else if (seen.has(lower)) fault(name, `The header ${name} is given twice`);
    if (!HEADER_VALUE.test(value)) fault(name, 'The value holds characters that a header cannot have');
    seen.add(lower);
    return { name: lower, value: readHeaderTemplate(value) };
  });
  return isGood ? read : null;
}

/** Undefined when it has a fault, null when there is none. */
function readCondition(
  { condition: text }: WebhookDefinition,
  scope: BehaviourScope,
  report: Report,
): WebhookModel['condition'] | undefined {
  if (text === undefined || text === null || text.trim() === '') return null;
  const read = readExpression(text, webhookScope(scope), (message, hint) =>
    report(['condition'], message, hint),
  );
  return read === null ? undefined : { text, evaluate: read.evaluate };
}

const ADDRESS_WITH_PORT = /^https?:\/\/[^/?#\\]*:(\d+)(?:[/?#\\]|$)/i;
const MAX_PORT = 65_535;
/** The database keeps addresses in an index, which holds no longer ones. */
const MAX_ADDRESS_BYTES = 2_000;

/** What is wrong with the address of a webhook; null when nothing is. */
export function addressProblem(address: string): { readonly message: string; readonly hint: string } | null {
  if (address.includes('{{'))
    return {
      message: 'Nothing is put in for {{...}} in an address',
      hint: 'Only values of headers may hold {{env.NAME}}',
    };
  if (Buffer.byteLength(address) > MAX_ADDRESS_BYTES)
    return {
      message: `An address of a webhook has at most ${MAX_ADDRESS_BYTES} bytes`,
      hint: 'Send what is longer in a header',
    };
  const [, port] = ADDRESS_WITH_PORT.exec(address.trim()) ?? [];
  if (port !== undefined && (Number(port) === 0 || Number(port) > MAX_PORT))
    return {
      message: `Nothing can listen on port ${port}`,
      hint: `Write a port of 1 to ${MAX_PORT}, or none`,
    };
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return {
      message: `${showValue(address)} is not an http or https address`,
      hint: 'Write an absolute address, e.g. "https://example.com/hook"',
    };
  if (url.username === '' && url.password === '') return null;
  return {
    message: 'The address must not hold credentials',
    hint: 'Send them in a header: "{{env.NAME}}" takes a value from the environment',
  };
}

/** The variables of a condition: those of rules, and what is told to the receiver beside them. */
function webhookScope(scope: BehaviourScope): ExpressionScope {
  return new Map<string, ExpressionShape>([
    ...expressionScope(scope, []),
    ['changes', changesShape(scope.fields.values())],
    ['entity', 'string'],
    ['event', 'string'],
  ]);
}
