/** Slugs: readable keys made from another field. */
import { randomBytes } from 'node:crypto';
import type { Statement } from '@rocket/platform';
import { quoteIdentifier } from '@rocket/platform';
import type { EntityModel, FieldModel, SlugDefinition } from '@rocket/schema';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { fieldError } from '../check-fields.ts';
import { keyColumn, table } from '../record-sql.ts';
import { refuseTogether, WriteRefused } from '../write-result.ts';
import type { SaveState } from '../write-state.ts';
import { latinLetters } from './latin-letters.ts';

/** Leaves room for a suffix and fits into an index; far longer than anyone reads in a URL. */
const MAX_SLUG_CHARS = 200;
const LAST_NUMBERED_SUFFIX = 100;
const RANDOM_BYTES = 6;
const OTHER_CHARS = /[^a-z0-9]+/g;

/**
 * Lower case, Latin letters in plain a to z, every run of other characters one `-`. Empty for a text without Latin
 * letters or digits.
 */
export function slugify(text: string): string {
  const plain = latinLetters(text).replace(OTHER_CHARS, '-');
  return plain.replace(/^-/, '').slice(0, MAX_SLUG_CHARS).replace(/-$/, '');
}

/**
 * Makes the slugs of records that are stored together, each a different one.
 * @throws as {@link generateSlug}
 */
export async function generateSlugs(states: readonly SaveState[]): Promise<void> {
  const claims = new Map<EntityModel, Set<unknown>>();
  for (const [entity, ofEntity] of Map.groupBy(states, (state) => state.entity)) {
    const given = ofEntity.map(({ values }) => values.get(entity.slug?.field ?? ''));
    claims.set(entity, new Set(given));
  }
  await refuseTogether(states, (state) => generateSlug(state, claims.get(state.entity)));
}

/**
 * Makes the slug when the caller gave none. A given slug is stored as it is.
 * @param claimed slugs that other records of the write will have; this one is added
 * @throws WriteRefused when there is neither a slug nor a source to make it from, and one is required.
 */
export async function generateSlug(state: SaveState, claimed = new Set<unknown>()): Promise<void> {
  const slug = state.entity.slug;
  if (slug?.source === undefined) return;
  const field = state.entity.fieldByName.get(slug.field);
  if (field === undefined || !isWanted(state, slug)) return;
  const base = sourceSlug(state, slug.source);
  if (base !== null) {
    const free = await freeSlug(state, field, { base, claimed });
    claimed.add(free);
    state.values.set(field.name, free);
    state.slugIsGenerated = true;
  } else if (state.action === 'create' && !field.nullable) {
    throw new WriteRefused([fieldError(state, field, { rule: 'required', message: 'is required' })]);
  } else if (state.values.get(field.name) === '') {
    // Empty slugs would clash with each other.
    state.values.set(field.name, null);
  }
}

/**
 * Makes another slug after a clash with another writer, who took the free one first.
 * @param isCrowded when many writers are after the same numbers: then it ends at random, so that nobody else has it
 */
export async function regenerateSlug(state: SaveState, isCrowded: boolean): Promise<void> {
  const { entity, values } = state;
  const field = entity.slug?.field ?? '';
  values.delete(field);
  await generateSlug(state);
  if (isCrowded) values.set(field, `${values.get(field) ?? ''}-${randomSuffix()}`);
}

function isWanted(state: SaveState, slug: SlugDefinition): boolean {
  const given = state.values.get(slug.field);
  if (given !== undefined && given !== null && given !== '') return false;
  if (state.current === null) return true;
  const source = slug.source ?? '';
  const isChanged = state.values.has(source) && state.values.get(source) !== state.current.values[source];
  return slug.regenerate_on_update === true && isChanged;
}

/**
 * Null without a source text. A text without usable letters gets a random slug, because an empty slug names nothing.
 */
function sourceSlug(state: SaveState, source: string): string | null {
  const text = state.values.get(source);
  if (text === undefined || text === null || text === '') return null;
  const base = slugify(String(text));
  return base === '' ? randomSuffix() : base;
}

/** The base, or the base with its first free number. Slugs of deleted records stay taken, as in the unique index. */
async function freeSlug(
  state: SaveState,
  field: FieldModel,
  { base, claimed }: { base: string; claimed: ReadonlySet<unknown> },
): Promise<string> {
  const candidates = [base];
  for (let number = 2; number <= LAST_NUMBERED_SUFFIX; number += 1) candidates.push(`${base}-${number}`);
  const own = state.current?.key ?? null;
  const rows = await state.tx.query(selectTaken({ entity: state.entity, field, candidates, own }));
  const taken = new Set(rows.map(([value]) => value));
  return (
    candidates.find((candidate) => !taken.has(candidate) && !claimed.has(candidate)) ??
    `${base}-${randomSuffix()}`
  );
}

function selectTaken(of: {
  entity: EntityModel;
  field: FieldModel;
  candidates: readonly string[];
  own: string | null;
}): Statement {
  const parameters = new Parameters();
  const column = quoteIdentifier(of.field.name);
  const among = `${column} = ANY (${parameters.bind(of.candidates, 'text[]')})`;
  const notOwn =
    of.own === null
      ? ''
      : ` AND ${keyColumn(of.entity)} <> ${parameters.bind(of.own, sqlType(of.entity.primaryKey))}`;
  return {
    text: `SELECT ${column} FROM ${table(of.entity)} WHERE ${among}${notOwn}`,
    values: parameters.values,
    prepare: true,
  };
}

function randomSuffix(): string {
  return randomBytes(RANDOM_BYTES).toString('hex');
}
