/** Reads extensions, and the types and functions that somebody has added to schema `public`. */
import type { Queryable, Statement } from '@rocket/platform';
import { z } from 'zod';
import { IN_PUBLIC, isOwn } from '../../tables/own-tables.ts';
import { QUALIFIED_NAMES, qualified } from './catalog-sql.ts';
import type { DefinitionStructure, ExtensionStructure } from './database-structure.ts';

const ExtensionRow = z.tuple([z.string(), z.string()]);
const DefinitionRow = z.tuple([
  z.enum(['type', 'function']),
  z.string(),
  z.string(),
  z.array(z.string()),
  z.boolean(),
]);

const TYPE_NAME = qualified('t.typnamespace', 't.typname');

function selectExtensions(): Statement {
  return {
    text: `SELECT e.extname::text, n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
           WHERE e.extname <> 'plpgsql' ORDER BY e.oid`,
    values: [],
  };
}

function collation(oidSql: string): string {
  return `(SELECT ' COLLATE ' || ${qualified('l.collnamespace', 'l.collname')}
           FROM pg_collation l WHERE l.oid = ${oidSql})`;
}

/** Checks of a domain are added one by one, because only so they can be NOT VALID. */
const SELECT_DOMAINS = `
  SELECT t.oid, 'type', t.typname::text, t.typname::text,
    ARRAY[concat('CREATE DOMAIN ', ${TYPE_NAME}, ' AS ', format_type(t.typbasetype, t.typtypmod),
            CASE WHEN t.typcollation <> b.typcollation THEN ${collation('t.typcollation')} END,
            ' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), CASE WHEN t.typnotnull THEN ' NOT NULL' END)]
      || ARRAY(SELECT format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', ${TYPE_NAME}, o.conname, pg_get_constraintdef(o.oid))
               FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'c' ORDER BY o.conname),
    false
  FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype
  WHERE ${QUALIFIED_NAMES} AND t.typtype = 'd' AND t.typnamespace ${IN_PUBLIC} AND ${isOwn('pg_type', 't.oid')}`;

const SELECT_ENUMS = `
  SELECT t.oid, 'type', t.typname::text, t.typname::text,
    ARRAY[format('CREATE TYPE %s AS ENUM (%s)', ${TYPE_NAME},
      (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))],
    false
  FROM pg_type t
  WHERE ${QUALIFIED_NAMES} AND t.typtype = 'e' AND t.typnamespace ${IN_PUBLIC} AND ${isOwn('pg_type', 't.oid')}`;

/** Each table has a composite type of its own, which comes with it. */
const SELECT_COMPOSITES = `
  SELECT t.oid, 'type', t.typname::text, t.typname::text,
    ARRAY[format('CREATE TYPE %s AS (%s)', ${TYPE_NAME},
      (SELECT string_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation <> b.typcollation THEN ${collation('a.attcollation')} END), ', ' ORDER BY a.attnum)
       FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
       WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))],
    false
  FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
  WHERE ${QUALIFIED_NAMES} AND c.relkind = 'c' AND t.typnamespace ${IN_PUBLIC} AND ${isOwn('pg_type', 't.oid')}`;

/** Aggregates are left out: Postgres does not tell how they are made. */
const SELECT_FUNCTIONS = `
  SELECT p.oid, 'function', p.proname::text, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
    ARRAY[pg_get_functiondef(p.oid)], p.oid IN (SELECT oid FROM needing)
  FROM pg_proc p
  WHERE ${QUALIFIED_NAMES} AND p.prokind <> 'a' AND p.pronamespace ${IN_PUBLIC} AND ${isOwn('pg_proc', 'p.oid')}`;

/** Functions that depend on a table, its row type or a sequence, and functions that depend on these. */
const NEEDING = `
  SELECT d.objid FROM pg_depend d
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    LEFT JOIN pg_type e ON e.oid = t.typelem
    JOIN pg_class c ON c.relkind IN ('r', 'p', 'S')
      AND (c.oid IN (t.typrelid, e.typrelid) OR (d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid))
  WHERE d.classid = 'pg_proc'::regclass
  UNION
  SELECT d.objid FROM pg_depend d JOIN needing n ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = n.oid
  WHERE d.classid = 'pg_proc'::regclass`;

/** OIDs grow, in one row for types and functions, so they tell what was made first. */
function selectDefinitions(): Statement {
  const selects = [SELECT_DOMAINS, SELECT_ENUMS, SELECT_COMPOSITES, SELECT_FUNCTIONS].join(' UNION ALL ');
  return {
    text: `WITH RECURSIVE needing(oid) AS (${NEEDING}),
             made(oid, kind, name, signature, sql, needs_tables) AS (${selects})
           SELECT kind, name, signature, sql, needs_tables FROM made ORDER BY oid`,
    values: [],
  };
}

export async function readExtensions(database: Queryable): Promise<ExtensionStructure[]> {
  return (await database.query(selectExtensions())).map((row) => {
    const [name, schema] = ExtensionRow.parse(row);
    return { name, schema };
  });
}

export async function readDefinitions(database: Queryable): Promise<DefinitionStructure[]> {
  return (await database.query(selectDefinitions())).map((row) => {
    const [kind, name, signature, sql, needsTables] = DefinitionRow.parse(row);
    return { kind, name, signature, sql, needsTables };
  });
}
