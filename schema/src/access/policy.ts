import type { PermissionAction } from '../document/types.ts';
import { RocketError } from '../errors.ts';
import { type Filter, MATCH_ALL, MATCH_NONE } from '../filter/filter.ts';
import type { AppModel, EntityModel, PolicyModel } from '../model/app-model.ts';
import type { Caller } from '../protocol/call-context.ts';
import { conditionFilter } from './condition-filter.ts';

/** Role that everybody has, also who is not signed in. */
export const PUBLIC_ROLE = 'public';

/** Role that bypasses every policy of its app, in lower case. */
export const ADMIN_ROLE = 'admin';

/** The caller's roles in lower case, since roles compare without case, with the one that everybody has. */
export function rolesOf({ roles }: Pick<Caller, 'roles'>): ReadonlySet<string> {
  return new Set([PUBLIC_ROLE, ...roles.map((role) => role.toLowerCase())]);
}

/** Who wants to do what to records of which entity. */
export interface AccessRequest {
  readonly entity: string;
  readonly action: PermissionAction;
  readonly caller: Caller;
}

/**
 * Which records the caller may do this to. Policies are alternatives: one that allows is enough, and all its conditions
 * must hold. No policy forbids anything. The same filter decides about lists, single records, included ones, and the
 * record that a write leaves. MATCH_ALL and MATCH_NONE come back as those very objects, so that they can be recognised.
 * @throws RocketError `INTERNAL_ERROR` when the model has no such entity
 */
export function readFilter(model: AppModel, request: AccessRequest): Filter | 'forbidden' {
  const { action, caller } = request;
  if (caller.isAdmin) return MATCH_ALL;
  const entity = knownEntity(model, request.entity);
  const roles = rolesOf(caller);
  const policies = model.policies.filter(
    (policy) => policy.entity === entity.name && policy.action === action && isFor(policy, roles),
  );
  if (policies.length === 0) return 'forbidden';
  return anyOf(policies.map((policy) => policyFilter(policy, entity, caller)));
}

/** @throws RocketError `INTERNAL_ERROR` when the model has no such entity */
export function knownEntity(model: AppModel, name: string): EntityModel {
  const entity = model.entities.get(name);
  if (entity !== undefined) return entity;
  throw new RocketError('INTERNAL_ERROR', `There is no entity ${JSON.stringify(name)}`);
}

function isFor(policy: PolicyModel, roles: ReadonlySet<string>): boolean {
  return [...roles].some((role) => policy.roles.has(role));
}

function policyFilter(policy: PolicyModel, entity: EntityModel, caller: Caller): Filter {
  const filters = policy.conditions.map((condition) => conditionFilter(condition, entity, caller));
  if (filters.includes(MATCH_NONE)) return MATCH_NONE;
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : { kind: 'all', filters };
}

/** Simplified, so that an unconditional policy costs no SQL and equal scopes look equal to the cache. */
function anyOf(filters: readonly Filter[]): Filter {
  if (filters.some((filter) => filter.kind === 'all' && filter.filters.length === 0)) return MATCH_ALL;
  const open = filters.filter((filter) => filter !== MATCH_NONE);
  if (open.length === 0) return MATCH_NONE;
  const [only] = open;
  return open.length === 1 && only !== undefined ? only : { kind: 'any', filters: open };
}
