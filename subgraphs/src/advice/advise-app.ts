import type { Queryable, Statement } from '@rocket/platform';
import type { AppAdvice, AppModel } from '@rocket/schema';
import { z } from 'zod';
import { inspectIndexes } from '../indexes/inspect-indexes.ts';
import { advise } from './advise.ts';
import type { QueryAdvice } from './query-advice.ts';

/** Estimate for a table that was never analysed: records are seldom smaller. */
const BYTES_PER_ROW = 100;

const SizeRow = z.tuple([z.string(), z.number()]);

/** What would make an app faster, judged by the queries in this process and by the current contents of its database. */
export async function adviseApp(
  database: Queryable,
  model: AppModel,
  recorded: QueryAdvice,
): Promise<AppAdvice> {
  const indexes = await inspectIndexes(database);
  const sizes = (await database.query(selectSizes())).map((row) => SizeRow.parse(row));
  const suggestions = advise({ model, shapes: recorded.shapes(), indexes, rows: new Map(sizes) });
  return { since: recorded.since, suggestions };
}

function selectSizes(): Statement {
  return {
    text: `SELECT relname::text,
             CASE WHEN reltuples >= 0 THEN reltuples::float8
                  ELSE floor(pg_relation_size(oid)::float8 / $1::integer) END
           FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
    values: [BYTES_PER_ROW],
  };
}
