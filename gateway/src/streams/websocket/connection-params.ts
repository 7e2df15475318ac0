import { RocketError } from '@rocket/schema';

/**
 * The Authorization header that the payload of `connection_init` stands for: `authorization`, or the spellings that
 * users of urql and Apollo's client write. Undefined when it has none, or an empty one.
 * @throws RocketError `UNAUTHENTICATED` for one that is no text
 */
export function authorizationOf(params: unknown): string | undefined {
  if (!isRecord(params)) return undefined;
  const headers = isRecord(params['headers']) ? params['headers'] : {};
  const given = [
    params['authorization'],
    params['Authorization'],
    headers['authorization'],
    headers['Authorization'],
  ].find((value) => value !== undefined && value !== null && value !== '');
  if (given === undefined || typeof given === 'string') return given;
  throw new RocketError('UNAUTHENTICATED', 'The authorization has to be a text');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
