/** Many-to-many links that a write names. Only links are made and removed; the records at their ends stay as they are. */
import { type EntityModel, keyValue, type ManyToManyLink, type UserError } from '@rocket/schema';
import { readableRecords } from '../permission.ts';
import { lockParents } from '../references/lock-parents.ts';
import { writeLinks } from '../write-links.ts';
import { refuse, refuseTogether } from '../write-result.ts';
import type { WriteTransaction } from '../write-state.ts';
import type { NestedLinks, NestedTarget } from './nested-input.ts';
import { insertLinks, type LinkTable, type Pair, removeLinks, removeOtherLinks } from './nested-links-sql.ts';

/** A record that is stored, and what its input says of its links by one relation. */
export interface LinkEnd {
  readonly key: string;
  readonly input: NestedLinks;
  /** Of the input of the link. */
  readonly path: readonly string[];
}

interface NamedPair extends Pair {
  readonly isDeleted: boolean;
  readonly path: readonly string[];
}

/**
 * To link what is linked, or to unlink what is not or what the caller may not read, changes nothing.
 * @throws WriteRefused `REFERENCE_NOT_FOUND` for records to be linked that are not there or that the caller may not read
 */
export async function saveLinks(
  write: WriteTransaction,
  of: { link: ManyToManyLink; source: EntityModel; target: EntityModel; ends: readonly LinkEnd[] },
): Promise<void> {
  const readable = readableRecords(write, of.target);
  const pairs = await readPairs(of.target, of.ends);
  const wanted = pairs.filter(({ isDeleted }) => !isDeleted);
  if (wanted.length > 0) {
    const keys = new Set(wanted.map((pair) => pair.target));
    const [found] = await lockParents(write.tx, [{ entity: of.target, keys, access: readable }]);
    await refuseTogether(wanted, (pair) => {
      if (found?.has(pair.target) !== true) refuse(missing(of.target, pair.target, pair.path));
    });
  }
  const table: LinkTable = of;
  const removed = pairs.filter(({ isDeleted }) => isDeleted);
  if (removed.length > 0) {
    await writeLinks(write, of.link, removeLinks(table, { pairs: removed, readable }));
  }
  const replaced = of.ends.filter(({ input }) => input.mode === 'replace').map(({ key }) => key);
  if (replaced.length > 0) {
    await writeLinks(write, of.link, removeOtherLinks(table, { of: replaced, but: wanted, readable }));
  }
  if (wanted.length > 0) await writeLinks(write, of.link, insertLinks(table, wanted));
}

async function readPairs(target: EntityModel, ends: readonly LinkEnd[]): Promise<readonly NamedPair[]> {
  const pairs: NamedPair[] = [];
  await refuseTogether(ends, async ({ key: source, input, path }) => {
    const seen = new Set<string>();
    await refuseTogether(input.targets, (named) => {
      const at = [...path, ...named.path];
      refuseRemoval(input, named, at);
      const key = keyValue(target.primaryKey, named.key);
      if (key === null) refuse(missing(target, named.key, at));
      if (seen.has(key)) refuse(repeated(at));
      seen.add(key);
      pairs.push({ source, target: key, isDeleted: named.isDeleted, path: at });
    });
  });
  return pairs;
}

function refuseRemoval({ mode }: NestedLinks, named: NestedTarget, path: readonly string[]): void {
  if (mode !== 'append' || !named.isDeleted || named.path[0] !== 'data') return;
  const message = 'The mode APPEND only adds links; use DIFF, or remove';
  refuse({ code: 'VALIDATION_FAILED', message, path, rule: 'append' });
}

function missing(target: EntityModel, key: unknown, path: readonly string[]): UserError {
  const message = `There is no ${target.name} with id ${JSON.stringify(key)}`;
  return { code: 'REFERENCE_NOT_FOUND', message, path, rule: 'reference' };
}

function repeated(path: readonly string[]): UserError {
  const message = 'This record is named before in the same input';
  return { code: 'VALIDATION_FAILED', message, path, rule: 'duplicate' };
}
