/** Records that rules read as `related.<relation>`: one statement for all records that are written together. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import {
  conditionFilter,
  type EntityModel,
  ExpressionError,
  type FilterRecord,
  type LinkModel,
  type RelatedLoad,
  RocketError,
} from '@rocket/schema';
import { filterSql } from '../../sql/filter-sql.ts';
import { linkSource } from '../../sql/link-sql.ts';
import { liveSql } from '../../sql/live-sql.ts';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { columns, toRecord } from '../record-sql.ts';
import { entityOf, type WriteTransaction } from '../write-state.ts';

/** Of one load, for all records of a transaction together, because all are held in memory. */
const MAX_RELATED = 10_000;

/** What a rule reads of a record's relations. @throws ExpressionError when there is too much of it */
export type RelatedOf = (
  record: FilterRecord,
  loads: readonly RelatedLoad[],
) => Readonly<Record<string, unknown>>;

type Loaded = ReadonlyMap<FilterRecord, readonly FilterRecord[]> | 'too many';

/** Loads for all `records` of `entity` what any of `loads` needs. Deleted records are not found. */
export async function loadRelated(
  write: WriteTransaction,
  entity: EntityModel,
  of: { readonly records: readonly FilterRecord[]; readonly loads: readonly RelatedLoad[] },
): Promise<RelatedOf> {
  const loaded = new Map<string, Loaded>();
  for (const load of of.loads) {
    const key = keyOf(load);
    if (!loaded.has(key)) loaded.set(key, await loadOne(write, entity, { load, records: of.records }));
  }
  return (record, loads) => {
    const related: Record<string, unknown> = Object.create(null);
    for (const load of loads) {
      const all = loaded.get(keyOf(load));
      if (all === 'too many')
        throw new ExpressionError(`more than ${MAX_RELATED} records are related by ${load.relation}`);
      const records = all?.get(record) ?? [];
      related[load.relation] = load.many ? records : (records[0] ?? null);
    }
    return related;
  };
}

function keyOf({ relation, conditions }: RelatedLoad): string {
  return JSON.stringify([relation, conditions]);
}

async function loadOne(
  write: WriteTransaction,
  entity: EntityModel,
  { load, records }: { load: RelatedLoad; records: readonly FilterRecord[] },
): Promise<Loaded> {
  const link = linkOf(entity, load);
  const target = entityOf(write.model, load.target);
  const asking = records.filter((record) => (record[link.localField] ?? null) !== null);
  if (asking.length === 0) return new Map();
  const keys = asking.map((record) => record[link.localField]);
  const rows = await write.tx.query(selectRelated(write, { entity, link, target, load, keys }));
  if (rows.length > MAX_RELATED) return 'too many';
  const found = new Map<FilterRecord, FilterRecord[]>(asking.map((record) => [record, []]));
  for (const [place, ...row] of rows) {
    const record = asking[Number(place) - 1];
    if (record !== undefined) found.get(record)?.push(toRecord(target, row).values);
  }
  return found;
}

/** Of a relation to the entity itself, the direction from its source is meant. */
function linkOf(entity: EntityModel, { relation }: RelatedLoad): LinkModel {
  const links = entity.links.filter((link) => link.relation === relation);
  const forward = links.find((link) =>
    link.kind === 'many_to_many' ? link.declaredHere : link.kind !== 'to_one',
  );
  const link = forward ?? links[0];
  if (link === undefined)
    throw new RocketError('INTERNAL_ERROR', `${entity.name} has no relation ${relation}`);
  return link;
}

function selectRelated(
  { caller }: WriteTransaction,
  of: { entity: EntityModel; link: LinkModel; target: EntityModel; load: RelatedLoad; keys: unknown[] },
): Statement {
  const { entity, link, target, load } = of;
  const parameters = new Parameters();
  const local = entity.fieldByName.get(link.localField);
  if (local === undefined) throw new TypeError(`${entity.name} has no field ${link.localField}`);
  const type = sqlType(local);
  const alias = 't1';
  const keys = parameters.bind(of.keys, `${type}[]`);
  const { from, on } = linkSource(link, { target, alias, origin: { key: () => ({ sql: 'k.key', type }) } });
  const where = [
    on,
    ...liveSql(target, alias),
    ...load.conditions.map((condition) =>
      filterSql(conditionFilter(condition, target, caller), alias, parameters),
    ),
  ];
  const order = `${alias}.${quoteIdentifier(target.primaryKey.name)}`;
  return {
    text: `SELECT k.place::integer, ${columns(target, alias)}
           FROM unnest(${keys}) WITH ORDINALITY AS k(key, place), ${from}
           WHERE ${where.join(' AND ')} ORDER BY k.place, ${order} LIMIT ${MAX_RELATED + 1}`,
    values: parameters.values,
    prepare: true,
  };
}
