import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/values/exact-json.ts';
import { readRequest } from '../../src/webhooks/read-request.ts';
import { readRequestForm } from '../../src/webhooks/webhook-request.ts';

const hostile = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    'https://a.test',
    'POST',
    '',
    'http://',
    'https://a.test/{{env.A}}',
    '{{env.A}}',
    '__proto__',
  ),
  fc.constant('12345678901234567890.5').map((text) => parseJson(text)),
);
const headers = fc.oneof(hostile, fc.dictionary(fc.string(), hostile));
const action = fc.oneof(
  hostile,
  fc.record({ url: hostile, method: hostile, headers }, { requiredKeys: [], noNullPrototype: false }),
);

test('any JSON is read as an action, or has faults that are told', () => {
  const property = fc.property(action, (definition) => {
    const faults: string[] = [];
    const request = readRequest(Object(definition), (path, message) => faults.push(`${path}: ${message}`));
    expect(request === null).toBe(faults.length > 0);
    if (request === null) return;
    const form = {
      method: request.method,
      headers: request.headers,
      retry: { maxAttempts: 1, backoff: 'linear' },
    };
    expect(readRequestForm(JSON.parse(JSON.stringify(form)))).toEqual(form);
    expect(URL.canParse(request.url)).toBe(true);
  });
  fc.assert(property, { numRuns: 1_000 });
});

test('a number that a double cannot hold is no headers', () => {
  const faults: string[] = [];
  const definition = { url: 'https://a.test', headers: parseJson('12345678901234567890') };
  expect(readRequest(definition, (path) => faults.push(path.join('.')))).toBeNull();
  expect(faults).toEqual(['headers']);
});
