import type { ClientBase } from 'pg';
import type { Row, Statement } from './types.ts';
import { TYPE_PARSERS } from './values.ts';

/** Runs one statement on a connection, with the product's value types. */
export async function runStatement(client: ClientBase, statement: Statement): Promise<readonly Row[]> {
  const result = await client.query<unknown[]>({
    text: statement.text,
    values: [...statement.values],
    rowMode: 'array',
    types: TYPE_PARSERS,
  });
  return result.rows;
}
