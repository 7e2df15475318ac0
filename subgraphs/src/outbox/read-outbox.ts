/** Reports how far the events of an app have come, for people. */
import type { Queryable, Statement } from '@rocket/platform';
import type { OutboxReport } from '@rocket/schema';
import { z } from 'zod';
import { OUTBOX_TABLE } from '../tables/system-tables.ts';

/** More are of no interest to a person, and would take the longer to count. */
const COUNT_UP_TO = 50_000;

const report = z.tuple([z.number(), z.number().nullable(), z.number()]);

/** Of all processes of the shard. */
export async function readOutbox(database: Pick<Queryable, 'query'>): Promise<OutboxReport> {
  const [row] = await database.query(selectReport(COUNT_UP_TO));
  const [waiting, oldestWaitingMs, publishedLastHour] = report.parse(row);
  return { waiting, oldestWaitingMs, publishedLastHour, countedUpTo: COUNT_UP_TO };
}

/**
 * Reads the newest rows only, and the waiting ones by their index, so that it stays quick whatever the outbox holds.
 * Times are of the database, and the oldest waiting row may be younger than this statement.
 */
function selectReport(countUpTo: number): Statement {
  return {
    text: `SELECT
             (SELECT count(*)::int FROM (
               SELECT FROM "${OUTBOX_TABLE}" WHERE published_at IS NULL LIMIT $1::int) w),
             (SELECT greatest(0, extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8
               FROM "${OUTBOX_TABLE}" WHERE published_at IS NULL ORDER BY id LIMIT 1),
             (SELECT count(*)::int FROM (
               SELECT published_at FROM "${OUTBOX_TABLE}" ORDER BY id DESC LIMIT $1::int) n
               WHERE n.published_at > now() - interval '1 hour')`,
    values: [countUpTo],
  };
}
