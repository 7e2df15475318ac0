/** Reads sequences with the columns that own them. */
import type { Queryable, Statement } from '@rocket/platform';
import { z } from 'zod';
import { IN_PUBLIC, isOwn } from '../../tables/own-tables.ts';
import { QUALIFIED_NAMES } from './catalog-sql.ts';
import type { SequenceStructure } from './database-structure.ts';

const SequenceRow = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  z.boolean().nullable(),
]);

function selectSequences(): Statement {
  return {
    text: `SELECT c.relname::text, format_type(s.seqtypid, NULL),
             format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', s.seqincrement, s.seqmin, s.seqmax,
               s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END),
             t.relname::text, a.attname::text, d.deptype = 'i'
           FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
             LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
               AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
             LEFT JOIN pg_class t ON t.oid = d.refobjid
             LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
           WHERE ${QUALIFIED_NAMES} AND c.relnamespace ${IN_PUBLIC} AND ${isOwn('pg_class', 'c.oid')}
           ORDER BY c.oid`,
    values: [],
  };
}

export async function readSequences(database: Queryable): Promise<SequenceStructure[]> {
  return (await database.query(selectSequences())).map((row) => {
    const [name, type, parameters, table, column, isIdentity] = SequenceRow.parse(row);
    const owner =
      table === null || column === null ? null : { table, column, isIdentity: isIdentity === true };
    return { name, type, parameters, owner };
  });
}
