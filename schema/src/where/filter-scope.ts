/**
 * What parsing a `where` or `orderBy` needs to know of the request: relations lead to records that not everybody may
 * see.
 */
import type { Filter } from '../filter/filter.ts';
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import type { Caller } from '../protocol/call-context.ts';

export interface FilterScope {
  readonly caller: Caller;
  /** Entity at the other end; undefined when it belongs to another app, which filters do not reach. */
  target(link: LinkModel): EntityModel | undefined;
  /** Records of an entity that the caller may read. */
  readable(entity: EntityModel): Filter | 'forbidden';
}
