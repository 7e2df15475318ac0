/** Nothing is measured before all sides have given the same answers. */
import { isDeepStrictEqual } from 'node:util';
import { postJson } from '../http.ts';
import type { Side } from '../sides/side.ts';
import { requestBody, requestUrl, type Scenario } from './scenario.ts';

const CHECKS = 3;
const EXCERPT = 400;

/** @throws Error that shows two answers that differ */
export async function checkAnswers(scenario: Scenario, sides: readonly Side[]): Promise<void> {
  for (const side of sides) await side.prepare?.();
  for (let check = 0; check < CHECKS; check += 1) {
    const variables = scenario.variables();
    const answers: { name: string; text: string; data: unknown }[] = [];
    for (const side of sides) {
      const body = requestBody(scenario, side.dialect, variables);
      const text = await postJson(requestUrl(scenario, side), side.headers(body), body);
      answers.push({ name: side.name, text, data: normalise(JSON.parse(text)) });
    }
    const [first, ...rest] = answers;
    const other = rest.find((answer) => !isDeepStrictEqual(answer.data, first?.data));
    if (first === undefined || (other === undefined && !first.text.includes('"errors"'))) continue;
    const shown = [first, other ?? first].map(({ name, text }) => `${name}: ${text.slice(0, EXCERPT)}`);
    throw new Error(`${scenario.name} is not answered alike:\n${shown.join('\n')}`);
  }
}

/** Sides spell instants and enum values differently; everything else has to be the same. */
function normalise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, normaliseField(key, part)]));
}

function normaliseField(key: string, value: unknown): unknown {
  if (key === 'placedAt' && typeof value === 'string') return new Date(value).toISOString();
  if (key === 'status' && typeof value === 'string') return value.toUpperCase();
  return normalise(value);
}
