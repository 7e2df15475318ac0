import { RocketError } from '../errors.ts';
import type { Caller } from '../protocol/call-context.ts';
import { type InputPath, placeName } from '../where/input-place.ts';

/**
 * The error for what no policy allows: `UNAUTHENTICATED` for a caller who is not signed in, else `FORBIDDEN`.
 * `action` is what the caller wants to do, such as `read order`; `path` the place in an argument that asks for it.
 */
export function forbidden(caller: Caller, action: string, path?: InputPath): RocketError {
  const code = caller.userId === null ? 'UNAUTHENTICATED' : 'FORBIDDEN';
  const [said, after] =
    caller.userId === null ? ['Sign in to', 'sign in to'] : ['You may not', 'you may not'];
  if (path === undefined) return new RocketError(code, `${said} ${action}`);
  return new RocketError(code, `${placeName(path)}: ${after} ${action}`, { details: { path: [...path] } });
}
