import { forbidden } from '../access/forbidden.ts';
import type { Filter } from '../filter/filter.ts';
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import type { FilterScope } from './filter-scope.ts';
import { badInput, type InputPath } from './input-place.ts';

/** The other end of a link, and which of its records the caller may see. */
export interface RelatedEntity {
  readonly target: EntityModel;
  readonly access: Filter;
}

/**
 * The entity that a filter or an order reaches through a link.
 * @throws RocketError `FORBIDDEN`, or `UNAUTHENTICATED` for an anonymous caller, when they may read none of the
 *   records: callers must not probe what they cannot list. `BAD_USER_INPUT` when they belong to another app.
 */
export function relatedEntity(link: LinkModel, scope: FilterScope, path: InputPath): RelatedEntity {
  const target = scope.target(link);
  if (target === undefined)
    throw badInput(path, 'belongs to another app, where filters and orders do not reach');
  const access = scope.readable(target);
  if (access === 'forbidden') throw forbidden(scope.caller, `read ${target.name}`, path);
  return { target, access };
}
