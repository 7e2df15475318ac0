/**
 * What a delete does to the records that point at the deleted one, at all levels: first the whole tree of records to
 * delete is found and locked, then `restrict` and the rules are checked, then the changes are made. So a record that is deleted anyway
 * restricts nothing, whatever the order of the relations.
 */
import type { Statement, Transaction } from '@rocket/platform';
import {
  type AppModel,
  type Caller,
  type ChildLink,
  DELETED_AT_COLUMN,
  type EntityModel,
  isChildLink,
  type LinkModel,
  type StoredRecord,
} from '@rocket/schema';
import { z } from 'zod';
import { readableRecords } from '../permission.ts';
import { deleteRecords, toRecord } from '../record-sql.ts';
import { applyDeleteRules } from '../rules/delete-rules.ts';
import { writeLinks } from '../write-links.ts';
import { refuse } from '../write-result.ts';
import { type DeleteState, entityOf, type PlacedChange, present } from '../write-state.ts';
import { childQuery, collect, type Doomed } from './doomed-records.ts';
import { clearForeignKey, countChildren, countLinks, deleteLinks, lockOrphans } from './on-delete-sql.ts';

const CountRow = z.tuple([z.number(), z.number()]);

interface Tree extends Pick<DeleteState, 'touched'> {
  readonly tx: Transaction;
  readonly model: AppModel;
  readonly caller: Caller;
  /** Entity of the records that are to be deleted. */
  readonly root: EntityModel;
  /** Where the input asks for it. */
  readonly path: readonly string[];
  readonly doomed: Doomed;
}

/**
 * Deletes records of one entity in one walk, applies their relations' `on_delete`, and adds every change to
 * `state.changes`.
 * @throws WriteRefused `CONFLICT` with the number of restricting records that the caller may see
 */
export async function deleteTree(state: DeleteState, roots: readonly StoredRecord[]): Promise<void> {
  const { tx, model, caller, entity, touched } = state;
  const doomed = await collect(state, roots);
  const tree: Tree = { tx, model, caller, root: entity, path: state.keyPath, doomed, touched };
  await forEachLink(tree, (at, link) => checkRestrict(tree, at, link));
  for (const [name, keys] of doomed) await applyDeleteRules(state, entityOf(model, name), [...keys]);
  await forEachLink(tree, async (at, link) => {
    state.changes.push(...(await release(tree, at, link)));
  });
  for (const [name, keys] of tree.doomed) {
    state.changes.push(...(await remove(tree, entityOf(model, name), [...keys])));
  }
}

async function checkRestrict(tree: Tree, at: LinkPlace, link: LinkModel): Promise<void> {
  if (link.kind === 'to_one' || link.onDelete !== 'restrict') return;
  if (isChildLink(link)) {
    const query = childQuery(tree.model, link, at.keys);
    const without = [...(tree.doomed.get(query.child.name) ?? [])];
    const statement = countChildren(query, without, readableRecords(tree, query.child));
    await refuseIfAny(tree, at.entity, { statement, what: query.child });
  } else if (link.declaredHere) {
    const target = entityOf(tree.model, link.target.entity);
    const query = { link, keys: at.keys, target };
    const statement = countLinks(at.entity, query, readableRecords(tree, target));
    await refuseIfAny(tree, at.entity, { statement, what: target });
  }
}

/** Records that the caller may not see are not counted, and neither their entity nor their place is reported. */
async function refuseIfAny(
  { tx, root, path }: Tree,
  entity: EntityModel,
  of: { statement: Statement; what: EntityModel },
): Promise<void> {
  const [row] = await tx.query(of.statement);
  const [count, seen] = CountRow.parse(row);
  if (count === 0) return;
  const records = seen === 1 ? 'record refers' : 'records refer';
  const message =
    seen === 0
      ? `This ${root.name} cannot be deleted: records refer to it`
      : `This ${entity.name} cannot be deleted: ${seen} ${of.what.name} ${records} to it`;
  refuse({ code: 'CONFLICT', message, path, rule: 'restrict' });
}

/** Detaches the remaining records: foreign keys become null, rows of join tables are deleted. */
async function release(tree: Tree, at: LinkPlace, link: LinkModel): Promise<PlacedChange[]> {
  if (link.kind === 'to_one' || link.onDelete === null || link.onDelete === 'restrict') return [];
  if (isChildLink(link)) return link.onDelete === 'set_null' ? await clear(tree, at, link) : [];
  // A link consists only of its row, so cascade, detach and set_null all delete it.
  if (link.declaredHere) await writeLinks(tree, link, deleteLinks(at.entity, link, at.keys));
  return [];
}

async function clear(tree: Tree, at: LinkPlace, link: ChildLink): Promise<PlacedChange[]> {
  const query = childQuery(tree.model, link, at.keys);
  const { child } = query;
  const without = [...(tree.doomed.get(child.name) ?? [])];
  const before = (await tree.tx.query(lockOrphans(query, without))).map((row) => toRecord(child, row));
  if (before.length === 0) return [];
  const keys = before.map(({ key }) => key);
  const after = (await tree.tx.query(clearForeignKey(query, keys))).map((row) => toRecord(child, row));
  const afterByKey = new Map(after.map((record) => [record.key, record]));
  return before.map((record) => ({
    entity: child,
    operation: 'update',
    before: record,
    after: present(afterByKey.get(record.key) ?? null),
    path: tree.path,
  }));
}

async function remove(tree: Tree, entity: EntityModel, keys: readonly string[]): Promise<PlacedChange[]> {
  const rows = await tree.tx.query(deleteRecords(entity, keys));
  return rows.map((row) => ({
    entity,
    operation: 'delete',
    before: asItWas(toRecord(entity, row), entity),
    after: null,
    path: tree.path,
  }));
}

/** The record as it was: a soft delete returns it with `deleted_at` set. */
function asItWas(record: StoredRecord, entity: EntityModel): StoredRecord {
  return entity.softDelete ? { ...record, values: { ...record.values, [DELETED_AT_COLUMN]: null } } : record;
}

interface LinkPlace {
  readonly entity: EntityModel;
  readonly keys: readonly string[];
}

async function forEachLink(
  tree: Tree,
  work: (at: LinkPlace, link: LinkModel) => Promise<void>,
): Promise<void> {
  for (const [name, keys] of tree.doomed) {
    const entity = entityOf(tree.model, name);
    for (const link of entity.links) await work({ entity, keys: [...keys] }, link);
  }
}
