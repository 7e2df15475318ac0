/** Workflows: what idle ones cost, how soon a change has its effect, and whether a flood of timers holds up others. */
import { join } from 'node:path';
import { type AppName, changeSubject } from '@rocket/schema';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import { freePort } from '../http.ts';
import { inParallel } from '../measure/in-parallel.ts';
import { startProcess } from '../process.ts';
import { type BenchApp, startWorkerWorld, type WorkerWorld } from '../sides/worker-world.ts';
import { type DueTimers, dueTimers } from './due-timers.ts';
import { type Idle, idle } from './idle.ts';
import { type ReactionResult, reaction } from './reaction.ts';
import { workflowDocument } from './workflow-document.ts';

/** The goal is stated for as many; `--seconds` makes it shorter. */
export const REACTION_SECONDS = 15;
const APPS = 50;
/** More would only wait for each other, because the server creates the databases. */
const INSTALLED_AT_A_TIME = 4;

export interface WorkflowsResult {
  readonly idle: Idle;
  /** The consumer written by hand last. */
  readonly reaction: readonly ReactionResult[];
  readonly timers: DueTimers;
}

export interface WorkflowsOptions {
  /** Of the reaction, of each side. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Null where nats-server is not installed. */
export async function workflows(options: WorkflowsOptions): Promise<WorkflowsResult | null> {
  return await withCleanUp(async (cleanUp) => {
    const world = await startWorkerWorld(cleanUp);
    if (world === null) return null;
    const [reacts, many, beside] = await installApps(world);
    if (reacts === undefined || many === undefined || beside === undefined)
      throw new Error('Three apps are needed');
    const worker = await world.startWorker();
    const bare = await world.install('bare', (app) => workflowDocument(app, { hasWorkflows: false }));
    return {
      idle: await idle(worker, APPS),
      reaction: await reaction(
        [
          { name: 'worker', app: reacts, pid: worker.pid },
          { name: 'bare consumer', app: bare, pid: await startFloor(cleanUp, world, bare) },
        ],
        options,
      ),
      timers: await dueTimers({ many, beside }),
    };
  });
}

async function installApps(world: WorkerWorld): Promise<readonly BenchApp[]> {
  const names = Array.from({ length: APPS }, (_, index) => `flow${index + 1}`);
  const documentOf = (app: AppName) => workflowDocument(app, { hasWorkflows: true });
  return await inParallel(names, INSTALLED_AT_A_TIME, (name) => world.install(name, documentOf));
}

/** Its app has no workflows, so that the worker leaves it alone. @returns the id of the process */
async function startFloor(cleanUp: CleanUp, { natsUrl }: WorkerWorld, app: BenchApp): Promise<number> {
  const port = String(await freePort());
  const { pid, stop } = await startProcess({
    file: join(import.meta.dirname, '../peers/react.ts'),
    args: [],
    env: {
      NATS_URL: natsUrl,
      SUBJECT: changeSubject({ app: app.name, entity: 'ticket' }),
      DATABASE_URL: app.databaseUrl,
      PORT: port,
    },
    readyUrl: `http://127.0.0.1:${port}`,
  });
  cleanUp.push(stop);
  return pid;
}
