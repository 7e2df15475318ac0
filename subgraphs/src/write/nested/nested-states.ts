/** From one level of a write to the next: the records related to those that are stored by now. */
import type { EntityModel, NestedLink, RecordChange, StoredRecord, UserError } from '@rocket/schema';
import { refuseReferencesTo } from '../references/check-references.ts';
import { refuse } from '../write-result.ts';
import { entityOf, present, type SaveState, type WriteTransaction } from '../write-state.ts';
import { nestedChildren } from './nested-children.ts';
import type { Parent } from './nested-entries.ts';
import type { NestedInput } from './nested-input.ts';
import { type LinkEnd, saveLinks } from './nested-links.ts';

/** A record of the level, and what its input says of one link. */
interface Named<I extends NestedInput = NestedInput> {
  readonly state: SaveState;
  readonly input: I;
}

/**
 * Writes the links of a level's records and deletes their children that are to go; resolves to the children to save.
 * @throws WriteRefused, RocketError `FORBIDDEN`
 */
export async function nestedStates(
  write: WriteTransaction,
  level: readonly SaveState[],
): Promise<readonly SaveState[]> {
  const made = write.changes.length;
  const named = level.flatMap((state) => state.nested.map((input) => ({ state, input })));
  const next: SaveState[] = [];
  for (const [link, group] of Map.groupBy(named, ({ input }) => input.link)) {
    next.push(...(await nestedByLink(write, link, group)));
  }
  const changes = write.changes.slice(made);
  followChanges(write, next, changes);
  refuseContradictions(write, next, changes);
  return next;
}

/** All records of the level that name a link are of its entity. */
async function nestedByLink(
  write: WriteTransaction,
  link: NestedLink,
  group: readonly Named[],
): Promise<readonly SaveState[]> {
  const target = entityOf(write.model, link.target.entity);
  if (link.kind === 'many_to_many') {
    const ends = group.flatMap(({ state, input }) =>
      input.kind === 'links' ? [linkEnd({ state, input })] : [],
    );
    const [first] = group;
    if (first !== undefined) await saveLinks(write, { link, source: first.state.entity, target, ends });
    return [];
  }
  const parents = group.flatMap(({ state, input }) =>
    input.kind === 'children' ? [parentOf({ state, input })] : [],
  );
  return await nestedChildren(write, { link, child: target, parents });
}

function linkEnd({ state, input }: Named<LinkEnd['input']>): LinkEnd {
  return { key: present(state.stored).key, input, path: [...state.path, input.link.graphqlName] };
}

function parentOf({ state, input }: Named<Parent['input']>): Parent {
  const path = [...state.path, input.link.graphqlName, 'data'];
  return { state, key: present(state.stored).key, input, path };
}

/** A deletion empties the keys that refer to what it takes, also in records that this write saves. */
function followChanges(
  write: WriteTransaction,
  next: readonly SaveState[],
  changes: readonly RecordChange[],
): void {
  const emptied = new Map<string, StoredRecord>();
  for (const { entity, after } of changes) if (after !== null) emptied.set(identity(entity, after), after);
  if (emptied.size === 0) return;
  for (const state of next) {
    if (state.current === null) continue;
    state.current = emptied.get(identity(state.entity, state.current)) ?? state.current;
  }
  for (const state of write.saved) {
    state.stored = emptied.get(identity(state.entity, state.stored)) ?? state.stored;
  }
}

/**
 * No record is saved and deleted by one write, nor saved twice from one level, and none is made to refer to one that
 * the write deletes: what would be left depends on the order, which an input does not have.
 */
function refuseContradictions(
  write: WriteTransaction,
  next: readonly SaveState[],
  changes: readonly RecordChange[],
): void {
  const deleted = changes.filter(({ operation }) => operation === 'delete');
  const gone = new Set(deleted.map(({ entity, before }) => identity(entity, before)));
  const seen = new Set<string>();
  for (const { entity, current, keyPath } of next) {
    if (current === null) continue;
    const record = identity(entity, current);
    if (gone.has(record)) refuse(bothWays(entity, keyPath));
    if (seen.has(record)) refuse(savedTwice(entity, keyPath));
    seen.add(record);
  }
  if (gone.size === 0) return;
  const lost = write.saved.find((state) => gone.has(identity(state.entity, state.stored)));
  if (lost !== undefined) refuse(bothWays(lost.entity, lost.keyPath));
  refuseReferencesTo(write.saved, (entity, key) => gone.has(identityOf(entity, key)));
}

function identity(entity: EntityModel, record: StoredRecord | null): string {
  return identityOf(entity, present(record).key);
}

function identityOf(entity: EntityModel, key: string): string {
  return `${entity.name} ${key}`;
}

function bothWays({ name }: EntityModel, path: readonly string[]): UserError {
  const message = `This ${name} would be saved and deleted by the same write`;
  return { code: 'CONFLICT', message, path, rule: 'contradiction' };
}

function savedTwice({ name }: EntityModel, path: readonly string[]): UserError {
  const message = `This ${name} is named by two relations of the same write`;
  return { code: 'VALIDATION_FAILED', message, path, rule: 'duplicate' };
}
