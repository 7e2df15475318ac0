/** What one caller sees of the changes of an entity: which of them concern their records, and how. */
import {
  type AppModel,
  type Caller,
  type ChangeEvent,
  DELETED_AT_COLUMN,
  type EntityModel,
  type Filter,
  type FilterScope,
  forbidden,
  keyValue,
  MATCH_ALL,
  matches,
  parseWhere,
  RocketError,
  readFilter,
} from '@rocket/schema';

export type ChangeOperation = 'ADDED' | 'UPDATED' | 'REMOVED';

export interface ViewedEntity {
  readonly model: AppModel;
  readonly entity: EntityModel;
  readonly caller: Caller;
}

/** Which records a subscription is about, as its arguments say. */
export interface RecordFilter {
  /** The only key; null for any. */
  readonly key: string | null;
  readonly where: Filter;
}

/**
 * Relations are refused: what changes there has no change here, so that records would come and go unseen.
 * @throws RocketError `BAD_USER_INPUT` that names the place
 */
export function recordFilter(
  { id, where }: { readonly id: unknown; readonly where: unknown },
  viewed: ViewedEntity,
): RecordFilter {
  const { entity } = viewed;
  const key = id === null || id === undefined ? null : keyValue(entity.primaryKey, id);
  if (key === null && id !== null && id !== undefined) {
    throw new RocketError('BAD_USER_INPUT', 'id is no key of such a record', { details: { path: ['id'] } });
  }
  const filter: Filter =
    where === null || where === undefined ? MATCH_ALL : parseWhere(where, entity, filterScope(viewed));
  const beyond = beyondRecord(filter);
  if (beyond === null) return { key, where: filter };
  throw new RocketError(
    'BAD_USER_INPUT',
    `where of a subscription asks for fields of the record itself, not for ${beyond}`,
    { details: { path: ['where'] } },
  );
}

/** @throws RocketError `FORBIDDEN`, or `UNAUTHENTICATED` for who is not signed in, when the caller may read no records */
export function entityView(viewed: ViewedEntity, where: Filter) {
  const { model, entity, caller } = viewed;
  const access = readFilter(model, { entity: entity.name, action: 'read', caller });
  if (access === 'forbidden') throw forbidden(caller, `read ${entity.name}`);
  const visible: Filter = { kind: 'all', filters: [access, where] };
  const sees = (record: ChangeEvent['record']): boolean =>
    record !== null && !isDeleted(entity, record) && matches(visible, record);
  return {
    /** Null for a change of which the caller sees nothing. A record that comes into their view is added, for them. */
    operationOf(event: Pick<ChangeEvent, 'record' | 'previous'>): ChangeOperation | null {
      const before = sees(event.previous);
      const after = sees(event.record);
      if (after) return before ? 'UPDATED' : 'ADDED';
      return before ? 'REMOVED' : null;
    },
  };
}

/** A restoration is the update of a record that nobody saw. */
function isDeleted({ softDelete }: EntityModel, record: NonNullable<ChangeEvent['record']>): boolean {
  return softDelete && (record[DELETED_AT_COLUMN] ?? null) !== null;
}

export type EntityView = ReturnType<typeof entityView>;

function filterScope({ model, caller }: ViewedEntity): FilterScope {
  return {
    caller,
    target: ({ target }) => (target.app === model.app ? model.entities.get(target.entity) : undefined),
    readable: (entity) => readFilter(model, { entity: entity.name, action: 'read', caller }),
  };
}

/** What of a filter the record alone cannot tell. */
function beyondRecord(filter: Filter): string | null {
  switch (filter.kind) {
    case 'relation':
      return 'related ones';
    case 'search':
      return 'words to be searched';
    case 'not':
      return beyondRecord(filter.filter);
    case 'all':
    case 'any':
      return filter.filters.map(beyondRecord).find((found) => found !== null) ?? null;
    default:
      return null;
  }
}
