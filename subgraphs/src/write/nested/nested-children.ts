/** Children that a write names: what becomes of each by the mode, and of those that it does not name. */
import { type ChildLink, type EntityModel, matches, type StoredRecord, type UserError } from '@rocket/schema';
import { deleteTree } from '../delete/on-delete.ts';
import { permitBefore, recordsInReach, requirePolicy } from '../permission.ts';
import { notFound, refuse, refuseTogether } from '../write-result.ts';
import {
  type DeleteState,
  type SaveState,
  saveState,
  transactionOf,
  type WriteTransaction,
} from '../write-state.ts';
import { lockCurrentChildren } from './current-children.ts';
import { type Entry, type Parent, readEntries } from './nested-entries.ts';

/** The children of one parent by one link. */
interface Family {
  readonly write: WriteTransaction;
  readonly link: ChildLink;
  readonly child: EntityModel;
  readonly parent: Parent;
  readonly current: ReadonlyMap<string, StoredRecord>;
}

interface Deletion {
  readonly state: DeleteState;
  readonly record: StoredRecord;
}

/**
 * Deletes the children that are to go, and says which ones are to be saved.
 * @throws WriteRefused, RocketError `FORBIDDEN`
 */
export async function nestedChildren(
  write: WriteTransaction,
  of: { link: ChildLink; child: EntityModel; parents: readonly Parent[] },
): Promise<readonly SaveState[]> {
  const entries = await readEntries(of.child, of.parents);
  const wanted = wantedChildren(of.parents, entries);
  const current = await lockCurrentChildren(write, { ...of, ...wanted });
  const byParent = Map.groupBy(entries, ({ parent }) => parent);
  const saves: SaveState[] = [];
  const deletions: Deletion[] = [];
  await refuseTogether(of.parents, async (parent) => {
    const family: Family = { ...of, write, parent, current: current.get(parent.key) ?? new Map() };
    const plan = await planFamily(family, byParent.get(parent) ?? []);
    saves.push(...plan.saves);
    deletions.push(...plan.deletions);
  });
  await remove(deletions, wanted.path);
  return saves;
}

async function planFamily(family: Family, entries: readonly Entry[]) {
  const saves: SaveState[] = [];
  const deletions: Deletion[] = [];
  await refuseTogether(entries, (entry) => {
    const record = currentOf(family, entry);
    if (record === undefined) saves.push(creation(family, entry));
    else if (entry.item.isDeleted) deletions.push(deletion(family, entry.keyPath, record));
    else saves.push(change(family, entry, record));
  });
  deletions.push(...unnamed(family, entries));
  refuseSecond(family, saves, deletions);
  return { saves, deletions };
}

/** New records have no children yet, unless their key is one that others may have referred to before. */
function wantedChildren(parents: readonly Parent[], entries: readonly Entry[]) {
  const old = parents.filter(
    ({ state }) => state.action === 'update' || state.entity.keyGeneration === 'client',
  );
  const isWhole = ({ input }: Parent) => input.mode === 'replace' || input.link.kind === 'has_one';
  const byKey = new Set(old.filter((parent) => !isWhole(parent) && parent.input.mode === 'diff'));
  return {
    ofParents: old.filter(isWhole).map(({ key }) => key),
    alsoOf: [...byKey].map(({ key }) => key),
    keys: entries.flatMap(({ parent, key }) => (key !== null && byKey.has(parent) ? [key] : [])),
    path: parents[0]?.path ?? [],
  };
}

/** The child that the entry means; undefined for a new one. */
function currentOf(
  { write, child, parent, current }: Family,
  { item, key, keyPath }: Entry,
): StoredRecord | undefined {
  if (key === null || parent.input.mode === 'append') return undefined;
  const isNew = child.keyGeneration === 'client' && !item.isDeleted;
  // First, so that who may do this to no record is not told which ones there are.
  const scope = { model: write.model, caller: write.caller, entity: child, keyPath };
  if (!isNew) requirePolicy(scope, item.isDeleted ? 'delete' : 'update');
  const record = current.get(key);
  if (record === undefined && !isNew) refuse(notFound(child.name, String(item.key), keyPath));
  return record;
}

function creation(family: Family, entry: Entry): SaveState {
  const { write, child, link, parent } = family;
  const { item, key } = entry;
  // The key that a caller chooses is a field like any other.
  const input = key === null ? item.values : { ...item.values, [child.primaryKey.name]: item.key };
  const state = saveState(write, { ...placeOf(family, entry), action: 'create', input });
  requirePolicy(state, 'create');
  state.values.set(link.targetField, parent.key);
  return state;
}

function change(family: Family, entry: Entry, record: StoredRecord): SaveState {
  const input = entry.item.values;
  const state = saveState(family.write, { ...placeOf(family, entry), action: 'update', input });
  state.current = record;
  permitBefore(state, record);
  return state;
}

function placeOf({ child, link, parent }: Family, { item, path, keyPath }: Entry) {
  return {
    entity: child,
    parent: { foreignKey: link.targetField, key: parent.key },
    path,
    keyPath,
    nested: item.nested,
    transition: null,
  };
}

function deletion({ write, child }: Family, keyPath: readonly string[], record: StoredRecord): Deletion {
  const shared = transactionOf(write);
  const state: DeleteState = { ...shared, entity: child, action: 'delete', keyPath, current: record };
  permitBefore(state, record);
  return { state, record };
}

/** What a replacement leaves out. Records that do not exist for the caller are none of theirs to leave out. */
function unnamed(family: Family, entries: readonly Entry[]): readonly Deletion[] {
  const { write, child, parent, current } = family;
  if (parent.input.mode !== 'replace') return [];
  const named = new Set(entries.map(({ key }) => key));
  const { model, caller } = write;
  const inReach = recordsInReach({ model, caller, entity: child, keyPath: parent.path }, 'delete');
  return [...current.values()]
    .filter((record) => !named.has(record.key) && matches(inReach, record.values))
    .map((record) => deletion(family, parent.path, record));
}

/** Of a one-to-one relation nobody adds a second record. */
function refuseSecond(
  { parent, current }: Family,
  saves: readonly SaveState[],
  deletions: readonly Deletion[],
): void {
  if (parent.input.link.kind !== 'has_one') return;
  const [first, second] = saves.filter(({ action }) => action === 'create');
  const surplus = current.size > deletions.length ? first : second;
  if (surplus !== undefined) refuse(alreadyThere(parent, surplus));
}

async function remove(deletions: readonly Deletion[], path: readonly string[]): Promise<void> {
  const [first, ...others] = deletions;
  if (first === undefined) return;
  const state = others.length === 0 ? first.state : { ...first.state, keyPath: path };
  await deleteTree(
    state,
    deletions.map(({ record }) => record),
  );
}

function alreadyThere({ state, input }: Parent, { path }: SaveState): UserError {
  const message = `This ${state.entity.name} can have one ${input.link.graphqlName} only; name its key, or use REPLACE`;
  return { code: 'CONFLICT', message, path, rule: 'has_one' };
}
