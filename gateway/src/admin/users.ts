import { type AppName, type AppUser, type Placed, RocketError, type ShardUsers } from '@rocket/schema';
import { existingApp } from './apps/existing-app.ts';
import type { AdminParts } from './parts.ts';
import { rolesByApp } from './roles-by-app.ts';

const USERS_TIMEOUT_MS = 10_000;

/** For how long tokens of a user who is being removed are refused: until they must be gone, by clocks that differ. */
const REVOKED_AHEAD_SECONDS = (USERS_TIMEOUT_MS + 5_000) / 1_000;

/** A user in the form of the admin API. */
export interface UserView {
  readonly id: string;
  readonly email: string;
  readonly active: boolean;
  readonly roles: readonly string[];
}

export interface NewUser {
  readonly app: string | null;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** @throws RocketError `CONFLICT` when the e-mail is taken, `VALIDATION_FAILED` for a weak password */
export async function addUser(
  { app, email, password, roles }: NewUser,
  parts: AdminParts,
): Promise<UserView> {
  if (app === null) {
    if (roles.length > 0)
      throw new RocketError('BAD_USER_INPUT', 'Platform users are admins everywhere: they have no roles');
    return { ...(await parts.catalog.platformUsers.add({ email, password })), roles: [] };
  }
  const name = existingApp(app, parts);
  const user = await atShard(name, parts, (users, at) =>
    users.add(at, { email, password, roles: rolesByApp(roles, name) }),
  );
  return userView(user, name);
}

/** This gateway refuses their access tokens when it resolves, others when they notice. @throws RocketError `NOT_FOUND` */
export async function removeUser(app: string | null, email: string, parts: AdminParts): Promise<void> {
  if (app === null) await parts.catalog.platformUsers.remove(email);
  else await removeAppUser(existingApp(app, parts), email, parts);
  await parts.view.refresh();
}

/**
 * The tokens are revoked first: after a removal whose answer was lost, nobody could say any more whose tokens they are.
 * A user who then cannot be removed is refused for some seconds, and stays.
 */
async function removeAppUser(app: AppName, email: string, parts: AdminParts): Promise<void> {
  const { id } = await atShard(app, parts, (users, at) => users.find(at, { email }));
  await parts.catalog.revokeAppUser({ app, userId: id, aheadSeconds: REVOKED_AHEAD_SECONDS });
  await atShard(app, parts, (users, at) => users.remove(at, { id }));
}

export async function listUsers(app: string, parts: AdminParts): Promise<UserView[]> {
  const name = existingApp(app, parts);
  const users = await atShard(name, parts, (shard, at) => shard.list(at));
  return users.map((user) => userView(user, name));
}

function userView({ id, email, active, roles }: AppUser, own: AppName): UserView {
  const names = Object.entries(roles).flatMap(([app, list]) =>
    list.map((role) => (app === own ? role : `${app}:${role}`)),
  );
  return { id, email, active, roles: names };
}

function atShard<T>(
  app: AppName,
  { shards }: AdminParts,
  use: (users: ShardUsers, at: Placed) => Promise<T>,
): Promise<T> {
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + USERS_TIMEOUT_MS } as const;
  return shards.call(call, (service, { epoch }) => use(service.users, { app, epoch }));
}
