/** What of a caller counts for what they read. Answers are kept for all callers of one access scope. */
import { type Filter, MATCH_ALL, MATCH_NONE } from '../filter/filter.ts';
import type { AppModel } from '../model/app-model.ts';
import type { Caller } from '../protocol/call-context.ts';
import { accessText } from './access-text.ts';
import { cacheRules } from './cache-rules.ts';
import { readFilter, rolesOf } from './policy.ts';

/** Who reads records of which entities of an app. */
export interface ScopedRead {
  readonly entities: readonly string[];
  readonly caller: Caller;
}

/**
 * Two callers have the same text exactly if they may read the same records of these entities, as far as policies can
 * say, and both are admins or both are not: admins may also ask for deleted records. Where nobody is to share answers, it
 * also names the caller and all their roles. It holds for successful answers: how a refusal reads depends on whether the caller
 * is signed in.
 * @returns text of any length that may hold the caller's id and e-mail
 * @throws RocketError `INTERNAL_ERROR` when the model has no such entity
 */
export function accessScope(model: AppModel, { entities, caller }: ScopedRead): string {
  const names = [...new Set(entities)].sort();
  const { policy } = cacheRules(model, names);
  const isShared = policy === 'shared' || policy === 'public';
  const filters = names.map((entity) => [entity, filterText(readable(model, entity, caller))]);
  const own = isShared ? null : [caller.userId, [...rolesOf(caller)].sort()];
  return JSON.stringify([caller.isAdmin, own, filters]);
}

/** What a caller may read of an entity, for people. */
export interface EntityAccess {
  readonly entity: string;
  /** `forbidden`: asking is an error. `none`: the answer is empty. */
  readonly sees: 'all' | 'some' | 'none' | 'forbidden';
  /** Which records, as text such as `owner_id = "…"`; null unless they see some. */
  readonly condition: string | null;
  /** The caller's own id or e-mail counts, so that they share answers only with themselves. */
  readonly byCaller: boolean;
}

/** In order of name, each entity once. @throws RocketError `INTERNAL_ERROR` when the model has no such entity */
export function accessScopeView(model: AppModel, { entities, caller }: ScopedRead): readonly EntityAccess[] {
  const nameless: Caller = { ...caller, userId: null, email: null };
  return [...new Set(entities)].sort().map((entity) => {
    const filter = readable(model, entity, caller);
    const text = filterText(filter);
    const sees = seen(filter);
    const byCaller = text !== filterText(readable(model, entity, nameless));
    return { entity, sees, condition: sees === 'some' ? text : null, byCaller };
  });
}

function readable(model: AppModel, entity: string, caller: Caller): Filter | 'forbidden' {
  return readFilter(model, { entity, action: 'read', caller });
}

/** No condition reads `forbidden`: each has an operator or is a truth. */
function filterText(filter: Filter | 'forbidden'): string {
  return filter === 'forbidden' ? filter : accessText(filter);
}

function seen(filter: Filter | 'forbidden'): EntityAccess['sees'] {
  if (filter === 'forbidden') return 'forbidden';
  if (filter === MATCH_ALL) return 'all';
  return filter === MATCH_NONE ? 'none' : 'some';
}
