/**
 * What one request needs from the database, before any of it is loaded: a tree of levels. All parents of a level are
 * loaded by one statement, so the number of statements follows the depth of the selection, never the number of records.
 */
import type { EntityModel, FieldModel, Filter, LinkModel, RocketError, SortKey } from '@rocket/schema';
import type { KeysetPosition } from '../sql/order-sql.ts';

/** Records of one entity at one place of the selection. */
export interface LevelPlan {
  readonly entity: EntityModel;
  /** Columns to load: those selected, and those that the links below are joined by. */
  readonly columns: readonly FieldModel[];
  readonly withVersion: boolean;
  /** What the caller may see; soft-deleted records are excluded by the statement. */
  readonly access: Filter;
  readonly links: readonly LinkPlan[];
}

/** A window on a list: which records, in which order, how many. */
export interface PagePlan {
  readonly where: Filter;
  readonly order: readonly SortKey[];
  readonly limit: number;
  readonly offset: number;
  readonly after: KeysetPosition | null;
  readonly before: KeysetPosition | null;
  /** Walk from the end (`last`); rows are turned round after loading. */
  readonly reversed: boolean;
}

/** The same records may be selected under several response paths of a connection: one view for each. */
export interface ConnectionView {
  readonly path: string;
  readonly level: LevelPlan;
}

export interface ConnectionPlan {
  readonly entity: EntityModel;
  readonly access: Filter;
  /** `limit` is one more than the page, to learn whether there is another. */
  readonly page: PagePlan;
  readonly pageSize: number;
  readonly views: readonly ConnectionView[];
  readonly wantsRows: boolean;
  readonly wantsTotal: boolean;
}

export type LinkShape =
  | { readonly kind: 'record'; readonly level: LevelPlan }
  /** A record of another app: only its key is returned, the gateway asks its own subgraph for the rest. */
  | { readonly kind: 'reference' }
  | { readonly kind: 'list'; readonly level: LevelPlan; readonly page: PagePlan }
  | { readonly kind: 'connection'; readonly connection: ConnectionPlan }
  /** Bad arguments or no permission: the field fails, its siblings do not. */
  | { readonly kind: 'failure'; readonly error: RocketError };

export interface LinkPlan {
  readonly responseKey: string;
  readonly link: LinkModel;
  /** Column of this side that the link is joined by. */
  readonly localField: FieldModel;
  readonly shape: LinkShape;
}
