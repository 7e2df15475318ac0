/** The parameters of a GraphQL request by GET, which stand in its query string. */
import { checkJsonDepth } from '@rocket/platform';
import { parseJson } from '@rocket/schema';

const JSON_PARAMETERS = ['variables', 'extensions'];
const PARAMETERS = ['query', 'operationName', ...JSON_PARAMETERS];

/** The parameters of a GET as a POST has them; null for those that Apollo Server refuses. */
export function bodyOf(search: string): Readonly<Record<string, unknown>> | null {
  const given = new URLSearchParams(search);
  if (PARAMETERS.some((name) => given.getAll(name).length > 1)) return null;
  try {
    return {
      query: given.get('query'),
      operationName: given.get('operationName'),
      variables: jsonParameter(given, 'variables'),
      extensions: jsonParameter(given, 'extensions'),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @throws SyntaxError for anything but a JSON object */
function jsonParameter(given: URLSearchParams, name: string): unknown {
  const text = given.get(name);
  if (text === null) return null;
  const value = parseJson(text);
  if (!isRecord(value)) throw new SyntaxError(`The parameter ${name} is no JSON object`);
  return value;
}

/** A parameter that is null is left out: as text it would be no object. */
export function searchWith(search: string, parameters: Readonly<Record<string, unknown>>): string {
  const given = new URLSearchParams(search);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) given.delete(name);
    else given.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return `?${given}`;
}

/** Checks the parameters that Apollo Server parses as JSON. */
export function checkParameters(search: string): void {
  const parameters = new URLSearchParams(search);
  for (const name of JSON_PARAMETERS) {
    checkJsonDepth(parameters.get(name) ?? '', `The parameter ${name}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
