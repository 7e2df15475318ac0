/** What one caller can reach in the records, and what of it they may see, computed naively, record by record. */
import {
  type AppModel,
  type Caller,
  compareBySortKeys,
  type EntityModel,
  type FieldModel,
  type Filter,
  type FilterRecord,
  type FilterScope,
  type LinkModel,
  matches,
  parseOrderBy,
  parseWhere,
  readFilter,
  type SortKey,
} from '@rocket/schema';
import type { ListArguments, OrderBy, SourceArguments } from '../read-tree.ts';
import { targetOf } from '../where-arbitrary.ts';
import type { WorldData } from './world-data.ts';

export class World {
  readonly model: AppModel;
  readonly caller: Caller;
  readonly #data: WorldData;
  readonly scope: FilterScope;

  constructor(of: { model: AppModel; caller: Caller; data: WorldData }) {
    const { model, caller } = of;
    this.model = model;
    this.caller = caller;
    this.#data = of.data;
    this.scope = {
      caller,
      target: (link) => targetOf(model, link),
      readable: (entity) => readFilter(model, { entity: entity.name, action: 'read', caller }),
    };
  }

  entity(name: string): EntityModel {
    const entity = this.model.entities.get(name);
    if (entity === undefined) throw new Error(`No entity ${name}`);
    return entity;
  }

  all(entity: EntityModel): readonly FilterRecord[] {
    return this.#data[entity.name] ?? [];
  }

  /** Also those that are deleted or hidden. */
  readonly related = (
    record: FilterRecord,
    link: LinkModel,
    target: EntityModel,
  ): readonly FilterRecord[] => {
    const key = record[link.localField] ?? null;
    if (key === null) return [];
    if (link.kind !== 'many_to_many')
      return this.all(target).filter((other) => isSame(other[link.targetField], key));
    const pairs = (this.#data[link.joinTable] ?? []).filter((pair) =>
      isSame(pair[link.localJoinColumn], key),
    );
    return this.all(target).filter((other) =>
      pairs.some((pair) => isSame(pair[link.targetJoinColumn], other[link.targetField])),
    );
  };

  /** Those of the records that the caller sees and the arguments ask for. */
  source(
    entity: EntityModel,
    records: readonly FilterRecord[],
    args: SourceArguments,
  ): readonly FilterRecord[] {
    const access = this.scope.readable(entity);
    if (access === 'forbidden') throw new Error(`Nobody may be kept from ${entity.name} altogether here`);
    const showsDeleted = args.withDeleted === true && this.caller.isAdmin;
    const filters: Filter[] = [access];
    if (args.where !== undefined) filters.push(parseWhere(args.where, entity, this.scope));
    return records.filter((record) => {
      if (entity.softDelete && !showsDeleted && record['deleted_at'] !== null) return false;
      return filters.every((filter) => matches(filter, record, this.related));
    });
  }

  order(entity: EntityModel, link: LinkModel | null, orderBy: OrderBy | undefined): readonly SortKey[] {
    if (orderBy !== undefined) return parseOrderBy(orderBy, entity, this.scope);
    const declared = link?.kind === 'to_many' ? link.defaultOrder : [];
    return [...declared.map((key) => ({ via: [], ...key })), ascending(entity.primaryKey)];
  }

  sorted(records: readonly FilterRecord[], keys: readonly SortKey[]): readonly FilterRecord[] {
    return records.toSorted((a, b) => compareBySortKeys(a, b, { keys, related: this.related }));
  }

  list(
    of: { entity: EntityModel; link: LinkModel | null; records: readonly FilterRecord[] },
    args: ListArguments,
  ): readonly FilterRecord[] {
    const { entity, link } = of;
    const sorted = this.sorted(this.source(entity, of.records, args), this.order(entity, link, args.orderBy));
    const offset = args.offset ?? 0;
    return firstOfEach(sorted, entity, args.distinctOn ?? []).slice(
      offset,
      offset + (args.limit ?? entity.maxPageSize),
    );
  }
}

export function ascending(field: FieldModel): SortKey {
  return { via: [], field, descending: false };
}

/** In the order of the records: the first one of each combination of values. */
function firstOfEach(
  records: readonly FilterRecord[],
  entity: EntityModel,
  names: readonly string[],
): readonly FilterRecord[] {
  if (names.length === 0) return records;
  const keys = entity.fields.filter((field) => names.includes(field.graphqlName)).map(ascending);
  const kept: FilterRecord[] = [];
  for (const record of records) {
    if (!kept.some((other) => compareBySortKeys(record, other, { keys }) === 0)) kept.push(record);
  }
  return kept;
}

function isSame(a: unknown, b: unknown): boolean {
  return a !== null && a !== undefined && String(a) === String(b);
}
