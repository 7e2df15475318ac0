/** Reads from the catalog what an app's database consists of, so that another database can be made like it. */
import type { Queryable, Statement } from '@rocket/platform';
import { z } from 'zod';
import type { DatabaseStructure } from './database-structure.ts';
import { readDefinitions, readExtensions } from './read-definitions.ts';
import { readSequences } from './read-sequences.ts';
import { readTables } from './read-tables.ts';

const PathRow = z.tuple([z.string()]);

function selectSearchPath(): Statement {
  return { text: `SELECT current_setting('search_path')`, values: [] };
}

function setSearchPath(path: string): Statement {
  return { text: `SELECT set_config('search_path', $1, true)`, values: [path] };
}

/**
 * Everything in schema `public` that no extension has brought: tables, sequences, types and functions; and the
 * extensions. All names in the SQL that it contains are qualified, whatever search path it is run with.
 */
export async function readStructure(database: Queryable): Promise<DatabaseStructure> {
  const [row] = await database.query(selectSearchPath());
  const [path] = PathRow.parse(row);
  const structure = {
    extensions: await readExtensions(database),
    definitions: await readDefinitions(database),
    sequences: await readSequences(database),
    tables: await readTables(database),
  };
  // The statements have set it until the end of the transaction, if the caller has one.
  await database.query(setSearchPath(path));
  return structure;
}
