/** Finds and locks the tree of records that a delete takes along. */
import {
  type AppModel,
  type ChildLink,
  type EntityModel,
  isChildLink,
  type StoredRecord,
} from '@rocket/schema';
import { z } from 'zod';
import { refuse } from '../write-result.ts';
import { type DeleteState, entityOf, foreignKeyOf } from '../write-state.ts';
import { claimRecords } from './claim-records.ts';
import { type ChildQuery, lockChildren } from './on-delete-sql.ts';

/** Most records of a cascade, because all are held in memory and locked. A larger tree has to be deleted in parts. */
const MAX_CASCADE_RECORDS = 10_000;

const KeyRow = z.tuple([z.string()]);

/** Keys of the records to delete, by entity name. */
export type Doomed = ReadonlyMap<string, ReadonlySet<string>>;

/** Walks the cascades breadth first; a record met twice, as in a cycle, is not walked again. */
export async function collect(state: DeleteState, roots: readonly StoredRecord[]): Promise<Doomed> {
  const { tx, model, entity } = state;
  const keys = roots.map(({ key }) => key);
  const doomed = new Map<string, Set<string>>([[entity.name, new Set(keys)]]);
  const pending: { entity: EntityModel; keys: readonly string[] }[] = [{ entity, keys }];
  await claimRecords(tx, entity, keys);
  let room = MAX_CASCADE_RECORDS;
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    for (const link of next.entity.links) {
      if (!isChildLink(link) || link.onDelete !== 'cascade') continue;
      const query = childQuery(model, link, next.keys);
      const known = doomed.get(query.child.name) ?? new Set<string>();
      // Records that were found before are returned again and must not use up the limit.
      const rows = await tx.query(lockChildren(query, known.size + room + 1));
      const found = rows.map((row) => KeyRow.parse(row)[0]).filter((key) => !known.has(key));
      room -= found.length;
      if (room < 0) refuse(tooMany(state));
      if (found.length === 0) continue;
      for (const key of found) known.add(key);
      doomed.set(query.child.name, known);
      await claimRecords(tx, query.child, found);
      pending.push({ entity: query.child, keys: found });
    }
  }
  return doomed;
}

/** Children belong to this app: a relation is declared in the app of the foreign key, and only acts there. */
export function childQuery(model: AppModel, link: ChildLink, parentKeys: readonly string[]): ChildQuery {
  const child = entityOf(model, link.target.entity);
  return { child, foreignKey: foreignKeyOf(child, link), parentKeys };
}

function tooMany({ entity, keyPath }: DeleteState): Parameters<typeof refuse>[0] {
  const message = `Deleting this ${entity.name} would delete more than ${MAX_CASCADE_RECORDS} records along with it`;
  return { code: 'CONFLICT', message, path: keyPath, rule: 'cascade' };
}
