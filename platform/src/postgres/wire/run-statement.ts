import type pg from 'pg';
import type { Row, Statement } from '../queryable.ts';
import { StatementQuery } from './statement-query.ts';
import { toWireValues } from './wire-values.ts';

/** Runs one statement on a connection that belongs to no pool, with the product's value types. */
export function runStatement(client: pg.ClientBase, statement: Statement): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const input = { text: statement.text, values: toWireValues(statement.values), statements: null };
    client.query(new StatementQuery(input, (error, rows) => (rows === null ? reject(error) : resolve(rows))));
  });
}
