import { type AppName, appName, RocketError } from '@rocket/schema';
import type { GraphKey } from '../../graphs/graph-key.ts';
import { ANONYMOUS, type Identity } from '../../identity/identity.ts';
import type { PlatformIdentity } from '../parts.ts';
import { rolesByApp } from '../roles-by-app.ts';

export interface ExplainedCaller {
  readonly public: boolean;
  readonly roles: readonly string[];
  readonly userId?: string | null;
  readonly email?: string | null;
}

/** An id that no record names. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Who the gateway would take such a caller for.
 * @param caller null for the admin themselves
 * @throws RocketError `BAD_USER_INPUT` when it does not say who they are
 */
export function explainedIdentity(
  caller: ExplainedCaller | null,
  { key, admin }: { readonly key: GraphKey; readonly admin: PlatformIdentity },
): Identity {
  if (caller === null) return admin;
  const { roles, userId, email } = caller;
  if (caller.public) {
    if (roles.length === 0 && !userId && !email) return ANONYMOUS;
    throw new RocketError(
      'BAD_USER_INPUT',
      'Somebody who is not signed in has no roles, no id and no e-mail: leave out `public`, or these',
    );
  }
  const app = key.kind === 'app' ? key.app : appOf(roles);
  return { kind: 'app', app, userId: userId || NOBODY, email: email || null, roles: rolesByApp(roles, app) };
}

function appOf([first = '']: readonly string[]): AppName {
  const at = first.indexOf(':');
  if (at >= 0) return appName(first.slice(0, at));
  throw new RocketError(
    'BAD_USER_INPUT',
    'At a named graph give a role as `app:role` first: it says whose user the caller is',
  );
}
