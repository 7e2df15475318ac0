/** Reads from the database of the app what workflows have left there. */
import type { PooledDatabase, Row } from '@rocket/platform';
import type { LeftBehind } from './instance-checker.ts';

/** Notes when each timer goes, by the clock of the database, whoever deletes it. */
export async function watchTimers(outside: PooledDatabase): Promise<void> {
  for (const text of [
    'CREATE TABLE gone_timers (instance_id uuid, token int, due_at timestamptz, gone_at timestamptz)',
    `CREATE FUNCTION note_timer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO gone_timers VALUES (OLD.instance_id, OLD.token, OLD.due_at, clock_timestamp()); RETURN OLD;
     END $$`,
    'CREATE TRIGGER note_timer AFTER DELETE ON _timers FOR EACH ROW EXECUTE FUNCTION note_timer()',
  ])
    await outside.query({ text, values: [] });
}

/** Whether every job has come to its end. */
export async function isAtRest(outside: PooledDatabase): Promise<boolean> {
  const text = `SELECT NOT EXISTS (SELECT FROM _workflow_instances WHERE status IN ('running', 'waiting'))
    AND (SELECT count(*) FROM jobs) <= (SELECT count(*) FROM _workflow_instances WHERE workflow = 'ship')`;
  return (await outside.query({ text, values: [] }))[0]?.[0] === true;
}

const JOB = "i.context->>'job'";

export async function leftBehind(outside: PooledDatabase): Promise<LeftBehind> {
  const read = async (text: string): Promise<readonly Row[]> => await outside.query({ text, values: [] });
  const jobs = await read('SELECT id::text FROM jobs');
  const instances = await read(
    `SELECT i.workflow, ${JOB}, i.status, i.error FROM _workflow_instances i WHERE i.workflow <> 'call'`,
  );
  const effects = await read('SELECT job, step FROM effects');
  const ofInstance = 'JOIN _workflow_instances i ON i.id = x.instance_id';
  const approvals = await read(
    `SELECT x.id::text, ${JOB}, x.status FROM _workflow_approvals x ${ofInstance}`,
  );
  const decisions = await read(
    `SELECT ${JOB}, x.status FROM _workflow_history x ${ofInstance} WHERE x.step = 'ask'`,
  );
  const timers = await read(
    `SELECT ${JOB}, a.id IS NULL, extract(epoch FROM x.gone_at - x.due_at)::float8 * 1000 FROM gone_timers x ${ofInstance}
       LEFT JOIN _workflow_approvals a ON a.instance_id = x.instance_id AND a.token = x.token`,
  );
  const [left] = await read('SELECT count(*)::int FROM _timers');
  return {
    jobs: jobs.map(([job]) => String(job)),
    instances: instances.map(([workflow, job, status, error]) => ({
      ...{ workflow: String(workflow), job: String(job), status: String(status) },
      error: error === null ? null : String(error),
    })),
    effects: effects.map(([job, step]) => ({ job: String(job), step: String(step) })),
    approvals: approvals.map(([id, job, status]) => ({
      ...{ id: String(id), job: String(job), status: String(status) },
    })),
    decisions: decisions.map(([job, status]) => ({ job: String(job), status: String(status) })),
    timers: timers.map(([job, isRest, lateMs]) => ({
      ...{ job: String(job), step: isRest === true ? ('rest' as const) : ('ask' as const) },
      lateMs: Number(lateMs),
    })),
    timersLeft: Number(left?.[0]),
  };
}
