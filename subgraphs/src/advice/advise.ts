/** Lists queries of an app that no index serves. */
import type {
  AppModel,
  CountedShape,
  EntityModel,
  IndexRemedy,
  IndexSuggestion,
  QueryShape,
} from '@rocket/schema';
import type { ExistingIndex } from '../tables/existing-tables.ts';
import { isUsable, matchIndex } from './index-match.ts';
import { remedyFor } from './remedy.ts';

/** With fewer rows, reading the whole table takes no longer than using an index. */
const MIN_ROWS = 1_000;

export interface AdviseInput {
  readonly model: AppModel;
  readonly shapes: readonly CountedShape[];
  /** Indexes by table. */
  readonly indexes: ReadonlyMap<string, readonly ExistingIndex[]>;
  /** Estimated number of records of each table. */
  readonly rows: ReadonlyMap<string, number>;
}

interface Draft {
  readonly entity: string;
  readonly rows: number;
  readonly remedy: IndexRemedy;
  readonly queries: CountedShape[];
}

/** Queries with the same remedy become one suggestion. */
export function advise(input: AdviseInput): IndexSuggestion[] {
  const drafts = new Map<string, Draft>();
  for (const counted of input.shapes) {
    // May be missing: the shape may have been counted under an earlier revision. No document can give the engine indexes.
    const entity = input.model.entities.get(counted.shape.entity);
    if (entity?.origin !== 'document') continue;
    const rows = input.rows.get(entity.table) ?? 0;
    if (rows < MIN_ROWS) continue;
    const indexes = input.indexes.get(entity.table) ?? [];
    for (const remedy of remedies(entity, counted.shape, indexes)) {
      const key = JSON.stringify(remedy);
      const draft = drafts.get(key) ?? { entity: entity.name, rows, remedy, queries: [] };
      draft.queries.push(counted);
      drafts.set(key, draft);
    }
  }
  return [...drafts.values()]
    .map((draft) => ({ ...draft, count: draft.queries.reduce((sum, { count }) => sum + count, 0) }))
    .sort((a, b) => b.count * b.rows - a.count * a.rows);
}

function remedies(entity: EntityModel, shape: QueryShape, indexes: readonly ExistingIndex[]): IndexRemedy[] {
  // Finds at most one record.
  if (shape.equal.some((name) => isOneRecord(entity, name))) return [];
  const usable = indexes.filter((index) => isUsable(index, entity.softDelete));
  const wanted = { ...shape, order: decisiveOrder(entity, shape) };
  const matches = usable.map((index) => matchIndex(index, wanted));
  const hasFilter = wanted.equal.length + wanted.range.length > 0;
  const isFound = matches.some((match) => match === 'filter' || match === 'whole');
  const special = hasFilter && isFound ? [] : specialRemedies(entity, shape, indexes);
  if (special.length > 0) return special;
  if (matches.includes('whole')) return [];
  // The records are found by a range and sorted by other fields: one index cannot serve both.
  if (wanted.equal.length === 0 && wanted.range.length > 0 && isFound) return [];
  const remedy = remedyFor(entity, wanted);
  return remedy === null ? [] : [remedy];
}

function isOneRecord(entity: EntityModel, name: string): boolean {
  const field = entity.fieldByName.get(name);
  return field?.isPrimaryKey === true || field?.unique === true;
}

/**
 * Sort keys after a unique key have no effect. A unique key at the end only orders equal records: Postgres sorts each
 * group of equals by itself, whatever their order in an index.
 */
function decisiveOrder(entity: EntityModel, { order }: QueryShape): QueryShape['order'] {
  const end = order.findIndex(({ field }) => isOneRecord(entity, field));
  return end <= 0 ? order.slice(0, end === 0 ? 1 : undefined) : order.slice(0, end);
}

/** Remedies for patterns and JSON contents, where no other condition narrows down the rows. */
function specialRemedies(
  entity: EntityModel,
  { text = [], json = [] }: QueryShape,
  indexes: readonly ExistingIndex[],
): IndexRemedy[] {
  const searched = text.flatMap((name): IndexRemedy[] => {
    const field = entity.fieldByName.get(name);
    if (field === undefined || field.type !== 'string') return [];
    const place = `${entity.name}.${name}`;
    return field.searchable
      ? [{ kind: 'query', field: place, use: 'search' }]
      : [{ kind: 'document', field: place, property: 'searchable' }];
  });
  const contained = json.flatMap((name): IndexRemedy[] => {
    const isServed = indexes.some(
      ({ method, isValid, keys }) => method === 'gin' && isValid && keys[0]?.column === name,
    );
    if (isServed || entity.fieldByName.get(name)?.indexed !== false) return [];
    return [{ kind: 'document', field: `${entity.name}.${name}`, property: 'indexed' }];
  });
  return [...searched, ...contained];
}
