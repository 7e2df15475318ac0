/** Names on the wire between gateway and shard. */

/**
 * Carries the signed call context, for one request: its method, path and body are signed too, and it serves once. A shard
 * refuses a request without it before reading the body.
 */
export const INTERNAL_CALL_HEADER = 'x-rocket-call';

export const INTERNAL_PATHS = {
  graphql: '/internal/graphql',
  activate: '/internal/activate',
  settleActivation: '/internal/settle-activation',
  removeApp: '/internal/remove-app',
  advise: '/internal/advise',
  slowQueries: '/internal/slow-queries',
  usersLogin: '/internal/users/login',
  usersRefresh: '/internal/users/refresh',
  usersLogout: '/internal/users/logout',
  usersList: '/internal/users/list',
  usersAdd: '/internal/users/add',
  usersRemove: '/internal/users/remove',
} as const;

/** What a shard says of the answer to an operation beside its text, so that a gateway can pass the text on unread. */
export const INTERNAL_ANSWER_HEADERS = {
  /** `1` when there are `errors` in the answer. */
  hasErrors: 'x-rocket-has-errors',
  /** Position of the commit of what the operation wrote; absent when it wrote nothing. */
  lsn: 'x-rocket-lsn',
} as const;
