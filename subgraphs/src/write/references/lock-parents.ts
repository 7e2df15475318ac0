import { quoteIdentifier, type Statement, type Transaction } from '@rocket/platform';
import type { EntityModel, Filter } from '@rocket/schema';
import { z } from 'zod';
import { filterSql } from '../../sql/filter-sql.ts';
import { liveSql } from '../../sql/live-sql.ts';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { table } from '../record-sql.ts';

/** Records of one entity that are referred to. */
export interface Parents {
  readonly entity: EntityModel;
  readonly keys: ReadonlySet<string>;
  /** Those that count; the others are as if they were not there. */
  readonly access: Filter;
}

const ParentRow = z.tuple([z.number(), z.string()]);

/**
 * Finds the keys that are there, for each of `parents` in their order, and keeps their records from being deleted until
 * the end of the transaction. They may be updated meanwhile, and others may refer to them too. A parent that is being
 * deleted is waited for, and is then not found.
 */
export async function lockParents(
  tx: Transaction,
  parents: readonly Parents[],
): Promise<readonly ReadonlySet<string>[]> {
  const found = parents.map(() => new Set<string>());
  for (const row of await tx.query(lockStatement(parents))) {
    const [place, key] = ParentRow.parse(row);
    found[place]?.add(key);
  }
  return found;
}

/**
 * Rows are a place in the list and a key. Locked by entity and key, so that two writes with the same parents do not
 * wait for each other.
 */
function lockStatement(parents: readonly Parents[]): Statement {
  const parameters = new Parameters();
  const parts = parents.map((each, place) => {
    const keys = `SELECT ${keysSql(each, parameters)} FOR KEY SHARE`;
    return `SELECT ${place}, locked.key FROM (${keys}) AS locked`;
  });
  return { text: parts.join(' UNION ALL '), values: parameters.values, prepare: true };
}

function keysSql({ entity, keys, access }: Parents, parameters: Parameters): string {
  const { primaryKey } = entity;
  const key = `parent.${quoteIdentifier(primaryKey.name)}`;
  const conditions = [
    `${key} = ANY (${parameters.bind([...keys], `${sqlType(primaryKey)}[]`)})`,
    ...liveSql(entity, 'parent'),
    filterSql(access, 'parent', parameters),
  ];
  return `${key}::text AS key FROM ${table(entity)} AS parent WHERE ${conditions.join(' AND ')} ORDER BY ${key}`;
}
