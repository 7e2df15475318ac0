import { ADMIN_ROLE, type AppName, type Caller, PUBLIC_ROLE } from '@rocket/schema';

/** Who sends a request, according to the access token. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'platform'; readonly userId: string; readonly email: string | null }
  | {
      readonly kind: 'app';
      /** The app that issued the token. */
      readonly app: AppName;
      readonly userId: string;
      readonly email: string | null;
      readonly roles: Readonly<Record<string, readonly string[]>>;
    };

export const ANONYMOUS: Identity = { kind: 'anonymous' };

/** Who it is, not with which roles, which may change: equal for the same user, and for all who are not signed in. */
export function userOf(identity: Identity): readonly string[] {
  switch (identity.kind) {
    case 'anonymous':
      return [identity.kind];
    case 'platform':
      return [identity.kind, identity.userId];
    case 'app':
      return [identity.kind, identity.app, identity.userId];
  }
}

/** What one app may know of the caller: the roles in that app, not those in others. */
export function callerFor(identity: Identity, app: AppName): Caller {
  if (identity.kind === 'anonymous') {
    return { userId: null, email: null, roles: [PUBLIC_ROLE], isAdmin: false };
  }
  const { userId, email } = identity;
  if (identity.kind === 'platform') return { userId, email, roles: [ADMIN_ROLE], isAdmin: true };
  const roles = Object.hasOwn(identity.roles, app) ? (identity.roles[app] ?? []) : [];
  return { userId, email, roles, isAdmin: roles.some((role) => role.toLowerCase() === ADMIN_ROLE) };
}
