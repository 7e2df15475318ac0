/** The slow statements of an app, each text once. */
import { type Database, isPostgresError, type Statement } from '@rocket/platform';
import type { SlowStatement, StatementPlan } from '@rocket/schema';
import { RocketError } from '@rocket/schema';
import { RecentMap } from './recent-map.ts';

const MAX_STATEMENTS = 100;
const EXPLAIN = 'EXPLAIN ';

export interface SlowQueries {
  /** Records a slow statement that a database reported. */
  record(query: { readonly text: string; readonly label: string | null; readonly durationMs: number }): void;
  /** The slow statements, the worst first. */
  list(): SlowStatement[];
  /** How Postgres would run a statement of the list. @throws RocketError `NOT_FOUND` for any other text */
  explain(database: Database, text: string): Promise<StatementPlan>;
}

interface Entry {
  readonly text: string;
  label: string | null;
  count: number;
  totalMs: number;
  worstMs: number;
  lastSeenAtMs: number;
}

/** One per app. */
export function createSlowQueries(): SlowQueries {
  const entries = new RecentMap<Entry>(MAX_STATEMENTS);
  return {
    record({ text, label, durationMs }) {
      // EXPLAIN statements are slow too, but nobody could speed them up.
      if (text.startsWith(EXPLAIN)) return;
      const entry = entries.touch(text, () => newEntry(text));
      entry.label = label;
      entry.count += 1;
      entry.totalMs += durationMs;
      entry.worstMs = Math.max(entry.worstMs, durationMs);
      entry.lastSeenAtMs = Date.now();
    },
    list: () =>
      entries
        .values()
        .sort((a, b) => b.worstMs - a.worstMs)
        .map(describe),
    explain: async (database, text) => {
      // A text from elsewhere could be anything, for example two statements.
      if (!entries.has(text)) throw new RocketError('NOT_FOUND', 'This statement is not among the slow ones');
      return await explain(database, text);
    },
  };
}

function newEntry(text: string): Entry {
  return { text, label: null, count: 0, totalMs: 0, worstMs: 0, lastSeenAtMs: 0 };
}

function describe({ text, label, count, totalMs, worstMs, lastSeenAtMs }: Entry): SlowStatement {
  const lastSeenAt = new Date(lastSeenAtMs).toISOString();
  return { text, label, count, meanMs: totalMs / count, worstMs, lastSeenAt };
}

/** The first version that can plan a statement without its values. */
const FIRST_VERSION = 160_000;

/** Class of the SQLSTATEs of missing columns, tables and types. */
const CLASS_OF_UNKNOWN_NAMES = '42';
/** Of the same class: EXPLAIN does not accept DDL. */
const SYNTAX_ERROR = '42601';

async function explain(database: Database, text: string): Promise<StatementPlan> {
  const [row] = await database.query(selectVersion());
  const [number, version] = row ?? [];
  if (typeof number !== 'number' || number < FIRST_VERSION) {
    return { kind: 'unavailable', reason: `Plans need PostgreSQL 16 or later; this is ${version}` };
  }
  try {
    const lines = await database.query(explainGeneric(text));
    return { kind: 'plan', text: lines.map(([line]) => String(line)).join('\n') };
  } catch (error) {
    if (!isPostgresError(error) || !error.code.startsWith(CLASS_OF_UNKNOWN_NAMES)) throw error;
    const reason =
      error.code === SYNTAX_ERROR
        ? 'Postgres has no plans for statements of this kind'
        : 'The statement does not fit the tables any more';
    return { kind: 'unavailable', reason };
  }
}

function selectVersion(): Statement {
  return {
    text: `SELECT current_setting('server_version_num')::integer, current_setting('server_version')`,
    values: [],
  };
}

/** Plans the statement without running it. */
function explainGeneric(text: string): Statement {
  return { text: `EXPLAIN (GENERIC_PLAN, FORMAT TEXT) ${text}`, values: [] };
}
