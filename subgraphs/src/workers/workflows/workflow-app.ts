/** An app whose workflows are run: its document, its database, and how its instances write. */
import { type Database, type Logger, makeOnce, type Queryable } from '@rocket/platform';
import {
  type AppModel,
  type AppName,
  type Caller,
  type Revision,
  readWorkflowOf,
  type WorkflowModel,
} from '@rocket/schema';
import type { AppOutbox } from '../../outbox/app-outbox.ts';
import type { WebhookCaller } from '../../webhooks/webhook-caller.ts';
import {
  type WriteInTransaction,
  type WriteOptions,
  writeTransactions,
} from '../../write/write-transactions.ts';
import { definitionOf, selectDefinition } from './sql/instance-sql.ts';
import { type WorkflowEntities, workflowEntities } from './workflow-entities.ts';
import type { WorkflowMetrics } from './workflow-metrics.ts';

/** Of one transaction of an instance. What its webhooks take is within it. */
const TRANSACTION_MS = 60_000;
const MAX_DEFINITIONS = 500;

export interface WorkflowApp {
  readonly app: AppName;
  readonly model: AppModel;
  readonly entities: WorkflowEntities;
  readonly database: Database;
  readonly webhooks: WebhookCaller;
  readonly logger: Logger;
  readonly metrics: WorkflowMetrics;
  /**
   * Writes as a workflow does: with all rights, under its own name.
   * @param depth of the instance, see `ChangeEvent`
   */
  writesOf(
    workflow: string,
    depth: number,
  ): { readonly caller: Caller; readonly inTransaction: WriteInTransaction };
  /** Writes as a caller does. */
  readonly inTransaction: (request: CommandRequest) => WriteInTransaction;
  /**
   * A workflow as an instance began with it, read in the transaction of the instance where it is not known. Without steps
   * when the app's document has changed so that it cannot be read any more.
   */
  definition(tx: Queryable, of: PinnedDefinition): Promise<WorkflowModel>;
  /** Hashes of definitions that are known to be stored. */
  readonly storedDefinitions: Set<string>;
  /** Tells who watches the timers of the app that one was set. @param inMs by the database's clock */
  readonly onTimer: (inMs: number) => void;
}

/** A definition that instances began with, by the hash of its text. */
export interface PinnedDefinition {
  readonly hash: string;
  readonly name: string;
}

/** The request that a command comes with. */
export type CommandRequest = Pick<WriteOptions, 'deadlineAtMs' | 'onCommitted'>;

export interface WorkflowAppOptions
  extends Pick<WorkflowApp, 'app' | 'model' | 'database' | 'webhooks' | 'logger' | 'metrics' | 'onTimer'> {
  readonly revision: Revision;
  readonly outbox: AppOutbox;
}

export function createWorkflowApp(options: WorkflowAppOptions): WorkflowApp {
  const { app, model, database, webhooks, logger, metrics, onTimer } = options;
  const definition = makeOnce({
    max: MAX_DEFINITIONS,
    key: ({ hash }: PinnedDefinition & { readonly tx: Queryable }) => hash,
    make: (of) => readDefinition(model, of),
  });
  return {
    ...{ app, model, database, webhooks, logger, metrics, onTimer },
    entities: workflowEntities(model),
    storedDefinitions: new Set(),
    writesOf: (workflow, depth) => ({
      caller: workflowCaller(workflow),
      inTransaction: (caller, work) =>
        // Made for each write, since its deadline begins with it.
        writeTransactions({ ...options, depth, deadlineAtMs: Date.now() + TRANSACTION_MS })(caller, work),
    }),
    inTransaction: (request) => writeTransactions({ ...options, ...request }),
    definition: (tx, of) => definition({ ...of, tx }),
  };
}

/** Who workflows are in events, in `created_by` and the like. No user has such an id. */
export function workflowCaller(workflow: string): Caller {
  return { userId: `workflow:${workflow}`, email: null, roles: [], isAdmin: true };
}

async function readDefinition(
  model: AppModel,
  { hash, name, tx }: PinnedDefinition & { readonly tx: Queryable },
): Promise<WorkflowModel> {
  const [row] = await tx.query(selectDefinition(hash));
  const workflow = row === undefined ? null : readWorkflowOf(model, definitionOf(row));
  if (workflow !== null) return workflow;
  const trigger = { kind: 'manual', entity: null, roles: null } as const;
  return { name, active: false, trigger, context: new Map(), steps: new Map(), first: '' };
}
