/** Compares two databases that nobody writes to, as well as a short time allows. */
import { type Queryable, quoteIdentifier, type Statement } from '@rocket/platform';
import { z } from 'zod';
import type { ComparedTable } from './read-compared-tables.ts';
import { ROW, rowsChecksum } from './row-hash.ts';
import type { TableDifference } from './table-difference.ts';

/** Counting a row costs about a tenth of hashing it. */
const COUNTED_PER_HASHED = 10;

export interface RestOptions {
  readonly source: Queryable;
  readonly target: Queryable;
  /** As read from the source. */
  readonly tables: readonly ComparedTable[];
  /** Rows that may be hashed. */
  readonly budgetRows: number;
  /** Rows of further tables that may be counted; ten times `budgetRows` by default. */
  readonly countBudgetRows?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface RestComparison {
  readonly differences: readonly TableDifference[];
  /** Tables of which only the rows were counted. */
  readonly countedOnly: readonly string[];
  /** Tables that were not looked at. */
  readonly skipped: readonly string[];
}

interface RestPlan {
  readonly hashed: readonly ComparedTable[];
  readonly counted: readonly ComparedTable[];
  readonly skipped: readonly ComparedTable[];
}

const SummaryRow = z.tuple([z.string(), z.coerce.number(), z.string()]);

/** A table that the copy lacks makes the statement fail (42P01). */
export async function compareAtRest(options: RestOptions): Promise<RestComparison> {
  const plan = planRest(options);
  const [source, target] = await Promise.all(
    [options.source, options.target].map((server) => summarize(server, plan, options.signal)),
  );
  const names = [...plan.hashed, ...plan.counted].map(({ name }) => name);
  return {
    differences: names.flatMap((name) => compareSummaries(name, source?.get(name), target?.get(name))),
    countedOnly: plan.counted.map(({ name }) => name),
    skipped: plan.skipped.map(({ name }) => name),
  };
}

/** The smallest tables first: most tables are compared whole then. */
function planRest({ tables, budgetRows, countBudgetRows }: RestOptions): RestPlan {
  const bySize = [...tables].sort((a, b) => a.estimatedRows - b.estimatedRows);
  const [hashed, larger] = takeWithin(bySize, budgetRows);
  const [counted, skipped] = takeWithin(larger, countBudgetRows ?? budgetRows * COUNTED_PER_HASHED);
  return { hashed, counted, skipped };
}

function takeWithin(
  bySize: readonly ComparedTable[],
  budgetRows: number,
): readonly [taken: readonly ComparedTable[], rest: readonly ComparedTable[]] {
  let rows = 0;
  const end = bySize.findIndex(({ estimatedRows }) => {
    rows += estimatedRows;
    return rows > budgetRows;
  });
  return end === -1 ? [bySize, []] : [bySize.slice(0, end), bySize.slice(end)];
}

type Summaries = ReadonlyMap<string, { readonly rows: number; readonly checksum: string }>;

async function summarize(
  database: Queryable,
  plan: RestPlan,
  signal: AbortSignal | undefined,
): Promise<Summaries> {
  if (plan.hashed.length + plan.counted.length === 0) return new Map();
  const rows = (await database.query(selectSummaries(plan), { signal })).map((row) => SummaryRow.parse(row));
  return new Map(rows.map(([table, count, checksum]) => [table, { rows: count, checksum }]));
}

/** Rows: table, count and checksum, which is empty where rows are only counted. One statement is one round trip. */
function selectSummaries({ hashed, counted }: RestPlan): Statement {
  const values: string[] = [];
  const select = ({ name }: ComparedTable, list: string) =>
    `SELECT $${values.push(name)}::text, ${list} FROM public.${quoteIdentifier(name)} AS ${ROW}`;
  const selects = [
    ...hashed.map((table) => select(table, rowsChecksum(table.columns))),
    ...counted.map((table) => select(table, "count(*)::text, ''::text")),
  ];
  return { text: selects.join(' UNION ALL '), values };
}

function compareSummaries(
  table: string,
  source: { readonly rows: number; readonly checksum: string } | undefined,
  target: { readonly rows: number; readonly checksum: string } | undefined,
): readonly TableDifference[] {
  if (source === undefined || target === undefined) return [];
  if (source.rows === target.rows && source.checksum === target.checksum) return [];
  return [{ table, what: 'rows', sourceRows: source.rows, targetRows: target.rows, rows: [] }];
}
