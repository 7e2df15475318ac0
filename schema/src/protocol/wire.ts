/** Names on the wire between gateway and shard. */

/** Carries the signed call context. A shard refuses a request without it before reading the body. */
export const INTERNAL_CALL_HEADER = 'x-rocket-call';

export const INTERNAL_PATHS = {
  graphql: '/internal/graphql',
  activate: '/internal/activate',
  removeApp: '/internal/remove-app',
  usersLogin: '/internal/users/login',
  usersRefresh: '/internal/users/refresh',
  usersLogout: '/internal/users/logout',
  usersList: '/internal/users/list',
  usersAdd: '/internal/users/add',
  usersRemove: '/internal/users/remove',
} as const;
