/** The children that an input names, each for itself: is its key one, and may it be there in this mode. */
import { type EntityModel, keyValue, nestedDeleteName, type UserError } from '@rocket/schema';
import { notFound, refuse, refuseTogether } from '../write-result.ts';
import type { SaveState } from '../write-state.ts';
import type { NestedChildren, NestedItem } from './nested-input.ts';

/** A record that is stored, and what its input says of its children by one link. */
export interface Parent {
  readonly state: SaveState;
  readonly key: string;
  readonly input: NestedChildren;
  /** Of the list of children. */
  readonly path: readonly string[];
}

/** A child as it is named. */
export interface Entry {
  readonly parent: Parent;
  readonly item: NestedItem;
  /** In its canonical form; null for a new record that makes its own. */
  readonly key: string | null;
  readonly path: readonly string[];
  readonly keyPath: readonly string[];
}

/**
 * In the order of the input.
 * @throws WriteRefused
 */
export async function readEntries(child: EntityModel, parents: readonly Parent[]): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const readParent = async (parent: Parent) => {
    const seen = new Set<string>();
    await refuseTogether(parent.input.items.entries(), ([index, item]) => {
      const path = [...parent.path, String(index)];
      const entry = readEntry(child, { parent, item, path });
      if (entry.key !== null && seen.has(entry.key)) refuse(repeated(entry));
      if (entry.key !== null) seen.add(entry.key);
      entries.push(entry);
    });
  };
  await refuseTogether(parents, readParent);
  return entries;
}

function readEntry(child: EntityModel, of: Pick<Entry, 'parent' | 'item' | 'path'>): Entry {
  const { parent, item, path } = of;
  const { primaryKey, keyGeneration } = child;
  const keyPath = [...path, primaryKey.graphqlName];
  const given = item.key ?? null;
  if (given === null) {
    if (item.isDeleted) refuse(keyNeeded(child, keyPath));
    return { ...of, key: null, keyPath };
  }
  // What has no key of its own making is new in this mode, even under a key.
  const isNew = keyGeneration === 'client' && !item.isDeleted;
  if (parent.input.mode === 'append' && !isNew) refuse(onlyAdds(child, { item, path, keyPath }));
  const key = keyValue(primaryKey, given);
  if (key === null) refuse(notFound(child.name, String(given), keyPath));
  return { ...of, key, keyPath };
}

function repeated({ keyPath }: Entry): UserError {
  const message = 'This record is named before in the same list';
  return { code: 'VALIDATION_FAILED', message, path: keyPath, rule: 'duplicate' };
}

function keyNeeded({ name, primaryKey }: EntityModel, path: readonly string[]): UserError {
  const message = `${primaryKey.graphqlName} is required to delete a ${name}`;
  return { code: 'VALIDATION_FAILED', message, path, rule: 'required' };
}

function onlyAdds(
  child: EntityModel,
  { item, path, keyPath }: Pick<Entry, 'item' | 'path' | 'keyPath'>,
): UserError {
  const at = item.isDeleted ? [...path, nestedDeleteName(child)] : keyPath;
  const message = 'The mode APPEND only adds records; use DIFF to change or delete some';
  return { code: 'VALIDATION_FAILED', message, path: at, rule: 'append' };
}
