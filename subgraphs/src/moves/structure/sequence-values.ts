/** Where sequences stand, which replication does not copy. */
import type { Queryable, Statement } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { publicName } from './catalog-sql.ts';
import { readSequences } from './read-sequences.ts';

export interface SequenceValue {
  /** Quoted, with its schema. */
  readonly name: string;
  /** A whole number of up to 64 bits. */
  readonly lastValue: string;
  /** Whether `lastValue` was given out; else it is the next. */
  readonly isCalled: boolean;
}

const ValueRow = z.tuple([z.string(), z.string(), z.boolean()]);
/** Of {@link publicName}. */
const PUBLIC_NAME = /^"public"\."(?:[^"]|"")+"$/;

export async function readSequenceValues(database: Queryable): Promise<SequenceValue[]> {
  const names = (await readSequences(database)).map(({ name }) => publicName(name));
  if (names.length === 0) return [];
  return (await database.query(selectValues(names))).map((row) => {
    const [name, lastValue, isCalled] = ValueRow.parse(row);
    return { name, lastValue, isCalled };
  });
}

function selectValues(names: readonly string[]): Statement {
  return { text: `${valuesSql(names)} ORDER BY 1`, values: names };
}

/** Rows of name, value and whether it was called, with the names as the first bound values. */
function valuesSql(names: readonly string[]): string {
  return names
    .map((name, index) => `SELECT $${index + 1}::text AS name, last_value, is_called FROM ${checked(name)}`)
    .join(' UNION ALL ');
}

/**
 * Sets all sequences, but none of them back to values that it may have given out already. Sequences that count down
 * go the other way.
 */
export function setSequenceValues(values: readonly SequenceValue[]): Statement {
  if (values.length === 0) return { text: 'SELECT', values: [] };
  const names = values.map(({ name }) => name);
  const [lastValues, called] = [`$${names.length + 1}`, `$${names.length + 2}`];
  const given = `SELECT * FROM unnest(ARRAY[${names.map((_, index) => `$${index + 1}::text`).join(', ')}],
    ${lastValues}::bigint[], ${called}::boolean[]) AS g(name, last_value, is_called)`;
  return {
    text: `SELECT setval(e.name::regclass, e.last_value, e.is_called)
           FROM (SELECT DISTINCT ON (v.name) v.*
                 FROM (${given} UNION ALL (${valuesSql(names)})) v
                   JOIN pg_sequence s ON s.seqrelid = v.name::regclass
                 ORDER BY v.name, v.last_value * sign(s.seqincrement)::numeric DESC, v.is_called DESC) e`,
    values: [...names, values.map(({ lastValue }) => lastValue), values.map(({ isCalled }) => isCalled)],
  };
}

/** The name becomes a part of SQL, and may have been stored somewhere since it was read. */
function checked(name: string): string {
  if (PUBLIC_NAME.test(name)) return name;
  throw new RocketError('INTERNAL_ERROR', `${name} is not a quoted name of schema public`);
}
