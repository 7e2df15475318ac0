import { readFilter } from '../../src/access/policy.ts';
import { type ErrorCode, RocketError } from '../../src/errors.ts';
import type { AppModel } from '../../src/model/app-model.ts';
import type { Caller } from '../../src/protocol/call-context.ts';
import type { FilterScope } from '../../src/where/filter-scope.ts';

export const ADMIN: Caller = { userId: 'admin', email: null, roles: ['admin'], isAdmin: true };
export const ANONYMOUS: Caller = { userId: null, email: null, roles: [], isAdmin: false };

export function signedIn(...roles: string[]): Caller {
  return { userId: '10000000-0000-0000-0000-000000000001', email: null, roles, isAdmin: false };
}

/** The model's own entities, by the model's own policies. */
export function scopeOf(of: AppModel, caller: Caller = ADMIN): FilterScope {
  return {
    caller,
    target: ({ target }) => (target.app === of.app ? of.entities.get(target.entity) : undefined),
    readable: (entity) => readFilter(of, { entity: entity.name, action: 'read', caller }),
  };
}

/** What was refused, and where. */
export function refusal(run: () => unknown): { code: ErrorCode; message: string; path: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof RocketError) {
      return { code: error.code, message: error.message, path: error.details['path'] };
    }
    throw error;
  }
  throw new Error('Nothing was refused');
}
