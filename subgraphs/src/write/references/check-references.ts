/**
 * References: a foreign key names a record that is there. The tables have no constraints, since a deleted record may
 * still be in its table, and what a policy hides from a caller is not there for them. The record is locked in place of one.
 */
import type { Transaction } from '@rocket/platform';
import {
  type EntityModel,
  type FieldModel,
  type Filter,
  MATCH_ALL,
  type StoredRecord,
  type ToOneLink,
  type UserError,
} from '@rocket/schema';
import { referableRecords } from '../permission.ts';
import { refuse, WriteRefused } from '../write-result.ts';
import { entityOf, type RestoreState, type SaveState } from '../write-state.ts';
import { lockParents, type Parents } from './lock-parents.ts';

interface Reference {
  readonly field: FieldModel;
  readonly link: ToOneLink;
  readonly target: EntityModel;
  readonly key: string;
}

/**
 * Looks up the records that creates and updates of one transaction refer to, all with one statement. Only keys that are
 * given, and are others than the stored ones, are looked at: a record whose parent went may be changed otherwise.
 * @throws WriteRefused `REFERENCE_NOT_FOUND` with one error for each key, in the order of the states
 */
export async function checkReferences(states: readonly SaveState[]): Promise<void> {
  const given = states.map((state) => ({ state, references: givenReferences(state) }));
  const [first] = states;
  if (first === undefined) return;
  const references = given.flatMap((each) => each.references);
  const missing = await findMissing(first.tx, references, (entity) => referableRecords(first, entity));
  const errors = given.flatMap(({ state, references }) =>
    references.filter((reference) => missing.has(reference)).map((reference) => notFound(state, reference)),
  );
  if (errors.length > 0) throw new WriteRefused(errors);
}

/**
 * For records that a later step of the same transaction has deleted.
 * @throws WriteRefused `REFERENCE_NOT_FOUND` with one error for each key that a state gave of such a record
 */
export function refuseReferencesTo(
  states: readonly SaveState[],
  isGone: (target: EntityModel, key: string) => boolean,
): void {
  const errors = states.flatMap((state) =>
    givenReferences(state)
      .filter(({ target, key }) => isGone(target, key))
      .map((reference) => notFound(state, reference)),
  );
  if (errors.length > 0) throw new WriteRefused(errors);
}

/**
 * A record that comes back needs the parents without which it could not have stayed: those that delete it along, and
 * those that could not have been deleted before it. Whether the caller may read them does not matter, since their keys
 * do not change.
 * @throws WriteRefused `REFERENCE_NOT_FOUND`
 */
export async function checkParents(state: RestoreState, { values }: StoredRecord): Promise<void> {
  const { entity, tx } = state;
  const references = referencesOf(state, (name) => values[name] ?? null).filter(
    ({ link }) => link.onDelete === 'cascade' || link.onDelete === 'restrict',
  );
  const [missing] = await findMissing(tx, references, () => MATCH_ALL);
  if (missing === undefined) return;
  const message = `This ${entity.name} cannot be restored: its ${missing.link.graphqlName} is not there`;
  refuse({ code: 'REFERENCE_NOT_FOUND', message, path: ['id'], rule: 'reference' });
}

function givenReferences(state: SaveState): Reference[] {
  const { entity, values, current } = state;
  const references = referencesOf(state, (name) => values.get(name) ?? null);
  return references.filter(({ link, target, key }) => {
    // The key of the parent that the record is written with, which is locked already.
    if (link.localField === state.parent?.foreignKey) return false;
    const stored = current?.values[link.localField] ?? null;
    if (stored !== null && String(stored) === key) return false;
    // The creator of a record who gives its key can let it refer to itself.
    const isItself = target === entity && values.get(entity.primaryKey.name) === key;
    return !isItself;
  });
}

/** The keys among the values that must name a record, in the order of the fields; relations may share one. */
function referencesOf(
  { model, entity }: Pick<SaveState, 'model' | 'entity'>,
  valueIn: (field: string) => unknown,
): Reference[] {
  return entity.fields.flatMap((field) => {
    const value = field.isForeignKey ? valueIn(field.name) : null;
    if (value === null) return [];
    return checkedLinks(entity, field).map((link) => ({
      field,
      link,
      target: entityOf(model, link.target.entity),
      key: String(value),
    }));
  });
}

function checkedLinks(entity: EntityModel, field: FieldModel): ToOneLink[] {
  return entity.links.filter(
    (link): link is ToOneLink => link.kind === 'to_one' && link.isChecked && link.localField === field.name,
  );
}

/** Locks the records that are there; `access` says which ones of an entity count. */
async function findMissing(
  tx: Transaction,
  references: readonly Reference[],
  access: (entity: EntityModel) => Filter,
): Promise<Set<Reference>> {
  if (references.length === 0) return new Set();
  const keys = new Map<EntityModel, Set<string>>();
  for (const { target, key } of references) {
    const known = keys.get(target);
    if (known === undefined) keys.set(target, new Set([key]));
    else known.add(key);
  }
  const parents: Parents[] = [...keys]
    .map(([entity, keys]) => ({ entity, keys, access: access(entity) }))
    .sort((a, b) => (a.entity.name < b.entity.name ? -1 : 1));
  const found = await lockParents(tx, parents);
  const there = new Map(parents.map(({ entity }, place) => [entity, found[place]]));
  return new Set(references.filter(({ target, key }) => there.get(target)?.has(key) !== true));
}

/** The same for what is not there and for what a policy hides from the caller. */
function notFound({ path }: SaveState, { field, target }: Reference): UserError {
  return {
    code: 'REFERENCE_NOT_FOUND',
    message: `${field.graphqlName} names no ${target.name} that you may read`,
    path: [...path, field.graphqlName],
    rule: 'reference',
  };
}
