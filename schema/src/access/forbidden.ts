import { RocketError } from '../errors.ts';
import type { Caller } from '../protocol/call-context.ts';
import { type InputPath, placeName } from '../where/input-place.ts';

/**
 * The error for what no policy allows: a caller who did not sign in is asked to, before they are turned away.
 * `action` is what they want, such as `read order`; `path` the place in an argument that asks for it.
 */
export function forbidden(caller: Caller, action: string, path?: InputPath): RocketError {
  const code = caller.userId === null ? 'UNAUTHENTICATED' : 'FORBIDDEN';
  const [said, after] =
    caller.userId === null ? ['Sign in to', 'sign in to'] : ['You may not', 'you may not'];
  if (path === undefined) return new RocketError(code, `${said} ${action}`);
  return new RocketError(code, `${placeName(path)}: ${after} ${action}`, { details: { path: [...path] } });
}
