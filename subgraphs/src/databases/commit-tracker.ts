/**
 * Up to which position a replica must have replayed the log for this process to find its own writes there.
 *
 * The position is read after COMMIT has returned: only then is it certainly past the commit's record.
 * `pg_current_wal_flush_lsn()` is at or past that record, because COMMIT waits for the flush, and not past what
 * replicas are sent. The insert position would often be past it, in records that others have not flushed, and a wait
 * for it would be useless. Where `synchronous_commit` is off, COMMIT does not wait, and only the insert position is
 * safe.
 */
import { type Queryable, type Replication, type Statement, shareNextRun } from '@rocket/platform';
import { compareLsn, type Lsn, lsn, RocketError } from '@rocket/schema';

function selectCommitPosition(): Statement {
  const text = `SELECT (CASE WHEN pg_is_in_recovery() THEN NULL
    WHEN current_setting('synchronous_commit') = 'off' THEN pg_current_wal_insert_lsn()
    ELSE pg_current_wal_flush_lsn() END)::text`;
  return { text, values: [], prepare: true };
}

export interface CommitTracker {
  /** Notes that something was committed just now. */
  note(): void;
  /** A position that lies past everything that was committed before this call. */
  position(): Promise<Lsn>;
  /** The highest position known on the primary's timeline, past everything noted; null when nothing was written. */
  required(): Promise<Lsn | null>;
}

/** @param primary where the writes go */
export function createCommitTracker(
  primary: Queryable,
  replication: Pick<Replication, 'timeline'>,
): CommitTracker {
  let highest: Lsn | null = null;
  /** The timeline of all positions here: positions of another timeline are void. */
  let timeline = replication.timeline;
  let commits = 0;
  let located = 0;

  function follow(): void {
    if (replication.timeline === timeline) return;
    timeline = replication.timeline;
    highest = null;
    located = commits;
  }

  async function ask(): Promise<Lsn> {
    follow();
    const before = { commits, timeline };
    const position = readPosition(await primary.query(selectCommitPosition()));
    follow();
    if (timeline === before.timeline) {
      located = Math.max(located, before.commits);
      if (highest === null || compareLsn(position, highest) > 0) highest = position;
    }
    return position;
  }

  /** Many writers at once share one query. */
  const position = shareNextRun(ask);

  return {
    note() {
      follow();
      commits += 1;
    },
    position,
    async required() {
      follow();
      if (located < commits) await position();
      return highest;
    },
  };
}

function readPosition(rows: readonly (readonly unknown[])[]): Lsn {
  const value = rows[0]?.[0];
  if (typeof value === 'string') return lsn(value);
  throw new RocketError('SHARD_UNAVAILABLE', 'The database of this app is no primary any more');
}
