import type { z } from 'zod';
import type { FaultCollector, Hint } from '../faults/fault-collector.ts';
import type { JsonPath } from '../faults/json-path.ts';
import { didYouMeanOf } from '../faults/nearest-name.ts';
import { showValue } from '../faults/show-value.ts';

type Issue = z.core.$ZodIssue;

/** Words for the types zod names. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'an integer',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What zod found, as faults of the document. `input` is the checked part, found at `base`. */
export function reportIssues(
  issues: readonly Issue[],
  place: { readonly base: JsonPath; readonly input: unknown },
  faults: FaultCollector,
): void {
  for (const issue of issues) {
    const inner = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    const value = valueAt(place.input, inner);
    faults.error([...place.base, ...inner], messageOf(issue, value), hintOf(issue, value));
  }
}

function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function messageOf(issue: Issue, value: unknown): string {
  if (issue.code === 'custom') return issue.message;
  // A null was treated as absent before the shape was checked.
  if (value === undefined || value === null) return 'The property is required';
  switch (issue.code) {
    case 'invalid_type':
      return `${showValue(value)} is not ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${showValue(value)} is not an allowed value`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `${showValue(value)} is less than ${issue.minimum}`
        : 'The property must not be empty';
    case 'too_big':
      return issue.origin === 'array'
        ? `The list holds more than ${issue.maximum} items`
        : `${showValue(value)} is more than ${issue.maximum}`;
    case 'invalid_union':
      return `${showValue(value)} must be a text or a list of texts`;
    default:
      return `${showValue(value)} is not valid: ${issue.message}`;
  }
}

function hintOf(issue: Issue, value: unknown): Hint | undefined {
  if (issue.code === 'custom') return customHint(issue.params);
  if (issue.code !== 'invalid_value') return undefined;
  const allowed = issue.values.map(String);
  return () => didYouMeanOf('Allowed', value, allowed);
}

function customHint(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const hint = params?.['hint'];
  return typeof hint === 'string' ? hint : undefined;
}
