import type { EntityModel, ToOneLink } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import type { Filter } from './filter.ts';

/** One to-one relation on the way to the field that records are ordered by. */
export interface SortStep {
  readonly link: ToOneLink;
  readonly target: EntityModel;
  /** A related record that this excludes, or that is deleted, sorts as one that is not there: as null. */
  readonly access: Filter;
}

/** Nulls sort as the largest value, which is Postgres' own default. */
export interface SortKey {
  /** Relations from the record to the entity that has the field; empty for a field of its own. */
  readonly via: readonly SortStep[];
  readonly field: FieldModel;
  readonly descending: boolean;
}
