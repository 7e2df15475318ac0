/** The users of an app, who live in its own database. */
import { z } from 'zod';
import { defineCall, NOTHING } from './define-call.ts';
import type { Message } from './message.ts';

const roles = z.record(z.string(), z.array(z.string()));
const credentials = z.object({ email: z.string(), password: z.string() });
const token = z.object({ refreshToken: z.string() });

const appUser = z.object({
  id: z.string(),
  email: z.string(),
  /** Roles per app: in the user's own app, and in others where a platform admin granted them. */
  roles,
  active: z.boolean(),
});

const session = z.object({ user: appUser, refreshToken: z.string() });

export type AppUser = Message<typeof appUser>;

/** A signed-in user with the one-use token that continues the session. */
export type UserSession = Message<typeof session>;

export const USER_CALLS = {
  login: defineCall({ path: '/internal/users/login', input: credentials, answer: session }),
  refresh: defineCall({ path: '/internal/users/refresh', input: token, answer: session }),
  logout: defineCall({ path: '/internal/users/logout', input: token, answer: NOTHING }),
  list: defineCall({ path: '/internal/users/list', input: NOTHING, answer: z.array(appUser) }),
  find: defineCall({ path: '/internal/users/find', input: z.object({ email: z.string() }), answer: appUser }),
  add: defineCall({ path: '/internal/users/add', input: credentials.extend({ roles }), answer: appUser }),
  remove: defineCall({
    path: '/internal/users/remove',
    input: z.object({ id: z.string() }),
    answer: NOTHING,
  }),
};
