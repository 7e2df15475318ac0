/** Lists what is asked of an app that no index serves. */
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

/** Below that, reading the whole table takes no longer than finding the way through an index. */
const MIN_ROWS = 1_000;

export interface AdviseInput {
  readonly model: AppModel;
  readonly shapes: readonly CountedShape[];
  /** By table. */
  readonly indexes: ReadonlyMap<string, readonly ExistingIndex[]>;
  /** Records of each table, by estimate. */
  readonly rows: ReadonlyMap<string, number>;
}

interface Draft {
  readonly entity: string;
  readonly rows: number;
  readonly remedy: IndexRemedy;
  readonly queries: CountedShape[];
}

/** What one remedy helps is one suggestion. */
export function advise(input: AdviseInput): IndexSuggestion[] {
  const drafts = new Map<string, Draft>();
  for (const counted of input.shapes) {
    // Counted under an earlier revision, maybe.
    const entity = input.model.entities.get(counted.shape.entity);
    if (entity === undefined) continue;
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
  // At most one record.
  if (shape.equal.some((name) => isOneRecord(entity, name))) return [];
  const usable = indexes.filter((index) => isUsable(index, entity.softDelete));
  const wanted = { ...shape, order: decisiveOrder(entity, shape) };
  const matches = usable.map((index) => matchIndex(index, wanted));
  const hasFilter = wanted.equal.length + wanted.range.length > 0;
  const isFound = matches.some((match) => match === 'filter' || match === 'whole');
  const special = hasFilter && isFound ? [] : specialRemedies(entity, shape, indexes);
  if (special.length > 0) return special;
  if (matches.includes('whole')) return [];
  // Found by a range, in another order: one index cannot do both.
  if (wanted.equal.length === 0 && wanted.range.length > 0 && isFound) return [];
  const remedy = remedyFor(entity, wanted);
  return remedy === null ? [] : [remedy];
}

function isOneRecord(entity: EntityModel, name: string): boolean {
  const field = entity.fieldByName.get(name);
  return field?.isPrimaryKey === true || field?.unique === true;
}

/**
 * Nothing is ordered by what comes after a key that no two records share. Such a key at the end only decides among equals:
 * Postgres sorts each group of them by itself, whichever way an index has them.
 */
function decisiveOrder(entity: EntityModel, { order }: QueryShape): QueryShape['order'] {
  const end = order.findIndex(({ field }) => isOneRecord(entity, field));
  return end <= 0 ? order.slice(0, end === 0 ? 1 : undefined) : order.slice(0, end);
}

/** Patterns and contents of documents, where nothing else narrows down what is looked at. */
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
